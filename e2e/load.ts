import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

export interface Load {
  readonly requests: number
  /** One line per request that failed: a status, or the error. */
  readonly failures: readonly string[]
  /** The `X-Biplane-Revision` values that were seen. */
  readonly revisions: ReadonlySet<string>
  /** Those of them that name more than one revision. */
  readonly mixed: readonly string[]
  stop(): Promise<void>
}

/**
 * Sends requests to the URLs in turn, on `connections` connections, until stopped: one after another, with a pause between
 * them where the machine is to have time for more than that.
 */
export function startLoad(
  urls: readonly string[],
  connections: number,
  headers: Record<string, string> = {},
  pauseMs = 0,
): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const load = { requests: 0, failures: [] as string[], revisions: new Set<string>(), mixed: [] as string[] }
  let stopped = false
  const client = async (index: number): Promise<void> => {
    for (let turn = index; !stopped; turn += 1) {
      const { failure, revision } = await once(urls[turn % urls.length] ?? '', agent, headers)
      load.requests += 1
      if (failure !== undefined) load.failures.push(failure)
      if (revision) load.revisions.add(revision)
      if (revision?.includes(',')) load.mixed.push(revision)
      if (pauseMs > 0) await pause(pauseMs)
    }
  }
  const done = Promise.all(Array.from({ length: connections }, (_, index) => client(index)))
  return Object.assign(load, {
    async stop() {
      stopped = true
      await done
      agent.destroy()
    },
  })
}

function once(
  url: string,
  agent: Agent,
  headers: Record<string, string>,
): Promise<{ failure?: string; revision?: string }> {
  return new Promise((done) => {
    const sent = request(url, { agent, headers }, (response) => {
      response.resume()
      response.once('error', (error) => done({ failure: `${url}: ${error.message}` }))
      response.once('end', () => {
        const revision = String(response.headers['x-biplane-revision'] ?? '')
        done(
          response.statusCode === 200
            ? { revision }
            : { failure: `${url}: ${response.statusCode}`, revision },
        )
      })
    })
    sent.once('error', (error) => done({ failure: `${url}: ${error.message}` }))
    sent.end()
  })
}
