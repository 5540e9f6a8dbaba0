import { setTimeout as pause } from 'node:timers/promises'
import { type Row, send } from '../client.ts'
import type { Promises } from './promises.ts'

/** A request of the Admin API, and the entity that it changes first. */
export interface Write {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: Row | readonly Row[]
}

/** As often as somebody waits for a write of theirs. */
const PROMISE_EVERY_MS = 500
const PROMISE_SECONDS = 20

/** Writes that are kept account of. */
export class Writing {
  readonly #adminUrl: string
  /** What the Admin API has refused, and what it must not have. */
  readonly faults: string[] = []
  /** All that was sent, with what came of it. */
  readonly sent: string[] = []
  /** Revisions that were acknowledged. */
  readonly acknowledged: number[] = []
  written = 0

  constructor(adminUrl: string) {
    this.#adminUrl = adminUrl
  }

  /** @returns the revision that it made; null where it was refused, or where not all nodes had it in the time they were given */
  async write({ method, path, body }: Write, query = ''): Promise<number | null> {
    const init = body === undefined ? {} : { body: JSON.stringify(body), headers: JSON_TYPE }
    const answer = await send(`${this.#adminUrl}${path}${query}`, { method, ...init }).catch((error) => error)
    const revision = Number(answer.headers?.get('x-biplane-revision'))
    const text = `${new Date().toISOString()} ${method} ${path} ${JSON.stringify(body) ?? ''}`
    this.sent.push(`${text}: ${answer.status}, revision ${revision}`)
    if (!(answer.status < 300)) {
      const told = answer instanceof Error ? `${answer} ${answer.cause}` : `${answer.status} ${answer.text}`
      this.faults.push(`${text} was answered ${told}`)
      return null
    }
    this.written += 1
    if (revision > 0) this.acknowledged.push(revision)
    return answer.status === 202 ? null : revision
  }

  /** Waits again and again until a write is served by all nodes, which is promised to clients from then on. */
  async promise(promises: Promises, signal: AbortSignal): Promise<void> {
    for (let count = 0; !signal.aborted; count += 1) {
      const known = promises.floors
      const body = { custom_id: `promise-${count}` }
      const write: Write = { method: 'PUT', path: '/consumers/promise', body }
      const revision = await this.write(write, `?wait_for_sync=${PROMISE_SECONDS}`)
      if (revision !== null) promises.made(revision, known)
      await pause(PROMISE_EVERY_MS, undefined, { signal }).catch(() => undefined)
    }
  }
}

const JSON_TYPE = { 'content-type': 'application/json' }
