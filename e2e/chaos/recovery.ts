import { setTimeout as pause } from 'node:timers/promises'
import { send } from '../client.ts'
import { reaches } from '../cluster-view.ts'
import type { Cluster } from './cluster.ts'

const WITHIN_MS = 60_000

/** Each admin-api writes one of these to show that it can. */
export function markerOf(admin: string): string {
  return `marker-${admin}`
}

/** Milliseconds, from when everything was mended. */
export interface Recovery {
  /** Until each admin-api had a write answered. */
  readonly writtenMs: number
  /** Until every hub and node had those writes. */
  readonly ms: number
  /** Who had them last. */
  readonly last: string
}

/** Waits until everything works again, while others write as well. @throws when something does not within a minute */
export async function recovery({ admins, hubs, nodes }: Cluster): Promise<Recovery> {
  const began = performance.now()
  const revisions = await Promise.all(admins.map(({ name, url }) => written(url, markerOf(name))))
  const writtenMs = performance.now() - began
  const newest = Math.max(...revisions)
  let last = ''
  const followers = [...hubs, ...nodes]
  await Promise.all(
    followers.map(async (app) => {
      await reaches(app, newest)
      last = app.name
    }),
  )
  return { writtenMs, ms: performance.now() - began, last }
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
