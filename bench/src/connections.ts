import { Agent, request } from 'node:http'

/** One keep-alive connection to a node: as long as it lives, one worker answers it. */
export interface Connection {
  /** The status of a GET. */
  get(path: string): Promise<number>
  close(): void
}

export function openConnection(base: string): Connection {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return {
    get: (path) =>
      new Promise((done, fail) => {
        request(`${base}${path}`, { agent }, (response) => {
          response.resume()
          response.once('end', () => done(response.statusCode ?? 0))
        })
          .once('error', fail)
          .end()
      }),
    close: () => agent.destroy(),
  }
}

/** How many connections reach every one of two workers all but surely: all on one has the chance of 1 in 2^(n-1). */
export const PER_NODE = 10
