import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { send } from './client.ts'

/** Writers that ask another admin-api where one does not answer, as a script of an operator would. */
export interface PersistentWriters {
  /** What an admin-api has said it stored: routes, and consumers with a key, each key named as its consumer. */
  readonly acknowledged: { readonly routes: readonly string[]; readonly consumers: readonly string[] }
  /** One line for each write that neither admin-api took. */
  readonly failures: readonly string[]
  /** How many writes were taken by the second that was asked. */
  readonly secondTries: number
  stop(): Promise<void>
}

const PAUSE_MS = 20

/** @param urls of the admin-apis; each writer has one that it asks first */
export function startPersistentWriters(
  urls: readonly string[],
  service: string,
  prefix: string,
): PersistentWriters {
  const acknowledged = { routes: [] as string[], consumers: [] as string[] }
  const tally = { acknowledged, failures: [] as string[], secondTries: 0 }
  let stopped = false
  const put = async (first: number, path: string, body: object): Promise<boolean> => {
    const problems: string[] = []
    for (let attempt = 0; attempt < urls.length; attempt += 1) {
      const problem = await trouble(`${urls[(first + attempt) % urls.length]}${path}`, body)
      if (problem !== null) problems.push(problem)
      else {
        if (attempt > 0) tally.secondTries += 1
        return true
      }
    }
    tally.failures.push(`PUT ${path}: ${problems.join('; ')}`)
    return false
  }
  const writer = async (index: number): Promise<void> => {
    for (let round = 0; !stopped; round += 1) {
      const name = `${prefix}-${index}-${round}`
      if (await put(index, `/routes/${name}`, { paths: [`/${name}`], service: { name: service } }))
        acknowledged.routes.push(name)
      const known = await put(index, `/consumers/${name}`, {})
      if (known && (await put(index, `/consumers/${name}/key-auth/${randomUUID()}`, { key: name })))
        acknowledged.consumers.push(name)
      await pause(PAUSE_MS)
    }
  }
  const done = Promise.all(urls.map((_, index) => writer(index)))
  return Object.assign(tally, {
    async stop() {
      stopped = true
      await done
    },
  })
}

/** Why the write was not acknowledged, or null. */
async function trouble(url: string, body: object): Promise<string | null> {
  return send(url, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).then(
    ({ status, text }) => (status < 300 ? null : `${status} ${text}`),
    (error: Error) => `${error.message} (${error.cause})`,
  )
}
