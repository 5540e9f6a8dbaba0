import { setTimeout as pause } from 'node:timers/promises'
import { send } from '../client.ts'
import { random } from '../fuzz/random.ts'
import type { Promises } from '../soak/promises.ts'
import { LANES, Lane, type Surroundings, type Write } from './lane.ts'

export interface Writers {
  readonly written: number
  /** What the Admin API has refused, and what it must not have. */
  readonly faults: readonly string[]
  /** All that was sent, with what came of it. */
  readonly sent: readonly string[]
  /** Revisions that were acknowledged. */
  readonly acknowledged: readonly number[]
  /** How far they are behind the rate that is wanted, milliseconds. */
  lateMs(): number
  stop(): Promise<void>
}

export interface WritersOptions {
  readonly adminUrl: string
  readonly seed: number
  /** Changes a second, all writers together. */
  readonly rate: number
  readonly surroundings: Surroundings
  readonly promises: Promises
}

/** As often as somebody waits for a write of theirs. */
const PROMISE_EVERY_MS = 500
const PROMISE_SECONDS = 20

/** Writers at an even pace, each in a lane of its own, and one that waits until its writes are served. */
export function startWriters({ adminUrl, seed, rate, surroundings, promises }: WritersOptions): Writers {
  const tally = { written: 0, faults: [] as string[], sent: [] as string[], acknowledged: [] as number[] }
  const late = new Map<number, number>()
  const began = performance.now()
  let stopped = false
  const write = async ({ method, path, body }: Write, query = ''): Promise<number | null> => {
    const init = body === undefined ? {} : { body: JSON.stringify(body), headers: JSON_TYPE }
    const answer = await send(`${adminUrl}${path}${query}`, { method, ...init }).catch((error) => error)
    const revision = Number(answer.headers?.get('x-biplane-revision'))
    const text = `${new Date().toISOString()} ${method} ${path} ${JSON.stringify(body) ?? ''}`
    tally.sent.push(`${text}: ${answer.status}, revision ${revision}`)
    if (!(answer.status < 300)) {
      const told = answer instanceof Error ? `${answer} ${answer.cause}` : `${answer.status} ${answer.text}`
      tally.faults.push(`${text} was answered ${told}`)
      return null
    }
    tally.written += 1
    if (revision > 0) tally.acknowledged.push(revision)
    return answer.status === 202 ? null : revision
  }
  const lane = async (index: number): Promise<void> => {
    const source = new Lane(index, random(seed, index), surroundings)
    for (let count = 0; !stopped; count += 1) {
      const due = began + ((count * LANES + index) * 1000) / rate
      late.set(index, performance.now() - due)
      if (due > performance.now()) await pause(due - performance.now())
      await write(source.next())
    }
  }
  const promising = async (): Promise<void> => {
    for (let count = 0; !stopped; count += 1) {
      const known = promises.floors
      const body = { custom_id: `promise-${count}` }
      const revision = await write(
        { method: 'PUT', path: '/consumers/promise', body },
        `?wait_for_sync=${PROMISE_SECONDS}`,
      )
      if (revision !== null) promises.made(revision, known)
      await pause(PROMISE_EVERY_MS)
    }
  }
  const done = Promise.all([...Array.from({ length: LANES }, (_, index) => lane(index)), promising()])
  return Object.assign(tally, {
    lateMs: () => Math.max(0, ...late.values()),
    async stop() {
      stopped = true
      await done
    },
  })
}

const JSON_TYPE = { 'content-type': 'application/json' }
