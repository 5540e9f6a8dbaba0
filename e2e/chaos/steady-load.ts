import { Agent, type IncomingMessage, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

/** A request whose answer never changes. */
export interface Steady {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly status: number
}

/** Requests to one node at an even pace. */
export interface SteadyLoad {
  readonly requests: number
  /** One line for each request since the last call that was answered otherwise while the node was up. */
  takeFailures(): readonly string[]
  /** From now on the node is not expected to answer, and what it has not answered is forgiven. */
  down(): void
  up(): void
  stop(): Promise<void>
}

const EVERY_MS = 20
/** Far more than a busy machine takes. */
const PATIENCE_MS = 20_000

export function startSteadyLoad(proxy: string, steady: readonly Steady[]): SteadyLoad {
  const agent = new Agent({ keepAlive: true })
  const load = { requests: 0 }
  const failures: string[] = []
  const under = new Set<Promise<void>>()
  let stopped = false
  let isDown = false
  /** Grows with each time that the node goes down. */
  let outages = 0
  const one = async ({ path, headers, status }: Steady): Promise<void> => {
    const [began, wasDown] = [outages, isDown]
    const sentAt = new Date().toISOString()
    const answered = await answerOf(`${proxy}${path}`, headers, agent)
    load.requests += 1
    const forgiven = wasDown || isDown || began !== outages
    if (answered !== String(status) && !forgiven)
      failures.push(`${sentAt} ${proxy}${path}: ${answered} instead of ${status}`)
  }
  const run = async (): Promise<void> => {
    for (let turn = 0; !stopped; turn += 1) {
      const next = steady[turn % steady.length]
      if (next !== undefined) {
        const sent: Promise<void> = one(next).finally(() => under.delete(sent))
        under.add(sent)
      }
      await pause(EVERY_MS)
    }
  }
  const done = run()
  return Object.assign(load, {
    takeFailures: () => failures.splice(0),
    down() {
      isDown = true
      outages += 1
    },
    up() {
      isDown = false
    },
    async stop() {
      stopped = true
      await done
      await Promise.all(under)
      agent.destroy()
    },
  })
}

/** The status, or why there is none. */
function answerOf(url: string, headers: Readonly<Record<string, string>>, agent: Agent): Promise<string> {
  return new Promise((done) => {
    const failed = (error: Error) => done(error.message)
    const sent = request(url, { agent, headers, timeout: PATIENCE_MS }, (response: IncomingMessage) => {
      response.resume().once('error', failed)
      response.once('end', () => done(String(response.statusCode)))
    })
    sent.once('timeout', () => sent.destroy(new Error(`no answer within ${PATIENCE_MS} ms`)))
    sent.once('error', failed).end()
  })
}
