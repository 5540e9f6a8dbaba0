import { setTimeout as pause } from 'node:timers/promises'
import { send } from '../client.ts'
import { eventually } from '../eventually.ts'
import type { Cluster } from './cluster.ts'

const WITHIN_MS = 60_000

/** Each admin-api writes one of these to show that it can. */
export function markerOf(admin: string): string {
  return `marker-${admin}`
}

export interface Recovery {
  readonly ms: number
  /** What took longest. */
  readonly last: string
}

/**
 * How long it takes from now until each admin-api has had a write answered, and every hub and node has those writes, while
 * others write as well. @throws when something does not recover within a minute
 */
export async function recovery({ admins, hubs, nodes }: Cluster): Promise<Recovery> {
  const began = performance.now()
  let last: Recovery = { ms: 0, last: 'nothing' }
  const timed = async <T>(what: string, work: Promise<T>): Promise<T> => {
    const value = await work
    last = { ms: performance.now() - began, last: what }
    return value
  }
  const writes = admins.map(({ name, url }) => timed(`writing to ${name}`, written(url, markerOf(name))))
  const newest = Math.max(...(await Promise.all(writes)))
  await Promise.all([...hubs, ...nodes].map((app) => timed(app.name, reached(app, newest))))
  return last
}

/** Writes until it is answered; gives the revision. */
async function written(url: string, marker: string): Promise<number> {
  const deadline = performance.now() + WITHIN_MS
  for (;;) {
    const body = JSON.stringify({ username: marker, tags: [`${Math.random()}`] })
    const init = { method: 'PUT', body, headers: { 'content-type': 'application/json' } }
    const answer = await send(`${url}/consumers/${marker}`, init).catch((error: Error) => error)
    if (!(answer instanceof Error) && answer.status === 200)
      return Number(answer.headers.get('x-biplane-revision'))
    if (performance.now() > deadline)
      throw new Error(`no write was answered: ${answer instanceof Error ? answer : answer.text}`)
    await pause(20)
  }
}

function reached({ name, status }: { name: string; status: string }, revision: number): Promise<void> {
  return eventually(
    async () => {
      const { text } = await send(`${status}/metrics`)
      const at = Number(/^biplane_revision(?:\{[^}]*\})? (\d+)$/m.exec(text)?.[1])
      if (!(at >= revision)) throw new Error(`${name} is at ${at} and not at ${revision}`)
    },
    WITHIN_MS,
    25,
  )
}
