import { type Answer, type Row, send } from '../../client.ts'
import { rowsIn } from './rows.ts'

/** A request as it was made, and the status of its answer. */
export interface Call {
  readonly method: string
  readonly path: string
  readonly status: number
}

/** The Admin API as go-kong calls it, with a record of every call. */
export class Caller {
  readonly calls: Call[] = []
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  /** @throws on a status of 400 and above that is not among those tolerated */
  async call(method: string, path: string, body?: Row, tolerated: readonly number[] = []): Promise<Answer> {
    const json = { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const answer = await send(`${this.#url}${path}`, { method, ...(body === undefined ? {} : json) })
    this.calls.push({ method, path, status: answer.status })
    if (answer.status >= 400 && !tolerated.includes(answer.status))
      throw new Error(`${method} ${path}: ${answer.status} ${answer.text}\n${JSON.stringify(body)}`)
    return answer
  }

  /** Every page of a list; empty where it is answered with a status that is tolerated. */
  async list(path: string, tags: readonly string[], tolerated?: readonly number[]): Promise<readonly Row[]> {
    const rows: Row[] = []
    const query = new URLSearchParams({ size: '1000' })
    if (tags.length > 0) query.set('tags', tags.join(','))
    for (;;) {
      const answer = await this.call('GET', `${path}?${query}`, undefined, tolerated)
      if (answer.status >= 400) return rows
      const { data, offset } = answer.json()
      rows.push(...rowsIn(data))
      if (typeof offset !== 'string') return rows
      query.set('offset', offset)
    }
  }
}

/** Runs all of them, ten at a time, as decK does unless told otherwise. */
export async function tenAtATime(tasks: readonly (() => Promise<unknown>)[]): Promise<void> {
  const waiting = tasks.values()
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      for (const task of waiting) await task()
    }),
  )
}
