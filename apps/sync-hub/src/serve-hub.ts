import type { Capability } from '@biplane/compat'
import type { HubReport, Position } from '@biplane/protocol'
import {
  type Backoff,
  Departure,
  type FeedObserver,
  type FollowerStream,
  feedFollower,
} from '@biplane/protocol/stream'
import type { Logger, SourceMetrics } from '@biplane/service'
import type { CatchingUp } from './catching-up.ts'
import { helloFault } from './hello.ts'
import type { HubsBelow } from './hubs-below.ts'
import type { Views } from './views.ts'

/** What the sessions of hubs share that follow this one. */
export interface Relay {
  /** The id of this hub. */
  readonly id: string
  readonly views: Views
  readonly below: HubsBelow
  readonly following: HubSessions
  readonly catchingUp: CatchingUp
  readonly backoff: Backoff
  readonly metrics: Pick<SourceMetrics, 'arrived' | 'left' | 'counted'>
  readonly log: Logger
  readonly now: () => number
}

/** The hubs that follow this one, by id. */
export class HubSessions {
  readonly #ends = new Map<string, (reason: string) => void>()

  get size(): number {
    return this.#ends.size
  }

  /** Makes this the session of its hub and ends the one before, which is half open. Resolves with why it must end. */
  begin(hubId: string): { readonly ended: Promise<string>; readonly finish: () => void } {
    const { promise: ended, resolve: end } = Promise.withResolvers<string>()
    this.#ends.get(hubId)?.('the hub has connected anew')
    this.#ends.set(hubId, end)
    const finish = () => {
      if (this.#ends.get(hubId) === end) this.#ends.delete(hubId)
    }
    return { ended, finish }
  }

  /** Ends them all; they come back at once. */
  end(reason: string): void {
    for (const end of this.#ends.values()) end(reason)
  }
}

/** A hub reads everything, and judges for itself what its nodes understand. */
const EVERYTHING: Capability = { before: null, lacks: [], missingFilters: [], unknownKinds: [] }

/** Serves one hub that follows this one, as a feed does: the whole config down, the truth about its nodes up. */
export async function serveHub(stream: FollowerStream, relay: Relay): Promise<void> {
  const { hello, peer } = stream
  const log = relay.log.child({
    hub: hello.nodeId,
    host: hello.hostname,
    ip: peer.address,
    version: hello.version,
  })
  if (!hello.relay)
    return log.warn(
      'refused where hubs connect: only hubs may follow here, and this one says that it is a node',
    )
  const fault = helloFault(hello)
  if (fault !== null) return log.warn(`turned away a hub that lacks ${fault}`)
  const { ended, finish } = relay.following.begin(hello.nodeId)
  const row = new HubRow(stream, relay)
  const { view, release } = relay.views.use(EVERYTHING)
  relay.metrics.arrived(hello.nodeId)
  let why = 'an error'
  try {
    const feed = async () => {
      await relay.catchingUp.reached(hello.position, stream.signal)
      return feedFollower(stream, view, relay.metrics.counted(row), relay.backoff)
    }
    why = await Promise.race([ended, feed(), takeReports(stream, relay, row, log)])
  } catch (error) {
    if (!stream.signal.aborted) throw error
    why = error instanceof Error ? error.message : String(error)
  } finally {
    release()
    finish()
    relay.below.end(stream)
    relay.metrics.left(hello.nodeId)
    if (row.follows) log[isVanished(stream) ? 'warn' : 'info']({ why }, `hub disconnected: ${why}`)
  }
}

/** That a hub goes, or that this one ends its session, is everyday life. */
function isVanished({ signal: { aborted, reason } }: FollowerStream): boolean {
  return aborted && !(reason instanceof Departure) && reason?.name !== 'AbortError'
}

/** What is told of the hub itself to those above. */
class HubRow implements FeedObserver {
  readonly #stream: FollowerStream
  readonly #relay: Relay
  readonly #connectedAt: number
  #applied: Position
  draining = false
  /** One that is too old for this config leaves at once and comes back every second. */
  follows = false

  constructor(stream: FollowerStream, relay: Relay) {
    this.#stream = stream
    this.#relay = relay
    this.#connectedAt = relay.now()
    this.#applied = stream.hello.position
  }

  get report(): HubReport {
    const { hello, peer } = this.#stream
    const { nodeId: hubId, session, hostname, version } = hello
    return {
      ...{ hubId, session, hostname, version, ip: peer.address, connectedAt: this.#connectedAt },
      ...{ applied: this.#applied, parentId: this.#relay.id, draining: this.draining, gone: false },
    }
  }

  offered(): void {
    // It is told of by its answer.
  }

  answered(...[answer, { to }]: Parameters<FeedObserver['answered']>): void {
    if (answer.kind === 'rejected') return
    this.#applied = to
    this.#relay.below.update(this.#stream, this.report)
  }

  withheld(): void {
    // There is nothing yet to be passed on.
  }
}

/** Resolves when the stream ends. */
async function takeReports(
  stream: FollowerStream,
  { below }: Relay,
  row: HubRow,
  log: Logger,
): Promise<string> {
  for await (const report of stream.reports()) {
    if (!row.follows) log.info({ revision: stream.hello.position.revision }, 'hub connected')
    row.follows = true
    if (report.hub === undefined) row.draining = report.draining ?? false
    below.take(stream, report.hub ?? row.report, report)
  }
  stream.signal.throwIfAborted()
  return 'it reports no more'
}
