import type { NodeRegister } from '@biplane/database'
import type { Position, UpdateSource, Welcome } from '@biplane/protocol'
import {
  type AcceptedTls,
  Departure,
  type FollowerServer,
  feedFollower,
  type Log,
  serveFollowers,
} from '@biplane/protocol/stream'
import { type Address, backoff, formatAddress, listening, type SourceMetrics } from '@biplane/service'
import { HubReports } from './hub-reports.ts'

export interface FeedOptions {
  readonly nodes: NodeRegister
  readonly source: UpdateSource
  readonly tls: AcceptedTls
  readonly welcome: Welcome
  readonly metrics: SourceMetrics
  readonly log: Log
  readonly signal: AbortSignal
}

export interface Feeds {
  readonly addresses: readonly string[]
  /** Resolves when the signal has aborted and all streams have ended. */
  readonly closed: Promise<unknown>
}

/**
 * Serves hubs on every address: the config to them, the truth about their nodes from them.
 *
 * @throws StartProblem for an address that cannot be listened on
 */
export async function serveFeeds(listens: readonly Address[], options: FeedOptions): Promise<Feeds> {
  const servers: FollowerServer[] = []
  for (const { host, port } of listens) {
    servers.push(
      await listening('feed_listen', formatAddress({ host, port }), serveFeed({ host, port }, options)),
    )
  }
  return {
    addresses: servers.map(({ address }) => formatAddress(address)),
    closed: Promise.all(servers.map(({ closed }) => closed)),
  }
}

function serveFeed(
  listen: Address,
  { nodes, source, tls, welcome, metrics, log, signal }: FeedOptions,
): Promise<FollowerServer> {
  return serveFollowers({
    listen,
    tls,
    welcome: () => welcome,
    onBytes: (hub, kind, bytes) => metrics.sent(hub, kind, bytes),
    onRefused: (cause) => metrics.refused(cause),
    log,
    signal,
    async session(stream) {
      const { nodeId, hostname, version, position } = stream.hello
      // Not `hostname`, which on every line is that of this process.
      const hub = { hub: nodeId, host: hostname, ip: stream.peer.address, version }
      if (!stream.hello.relay) {
        log.warn(hub, 'refused on the feed: only hubs may follow it, and this one says that it is a node')
        return
      }
      const known = { hostname, version, ip: stream.peer.address, connectedAt: Date.now() }
      let applied = position
      const onApplied = (to: Position) => {
        applied = to
      }
      let follows = false
      // A hub that is too old for this source leaves at once and comes back every second: it says why, once.
      const onReport = () => {
        if (follows) return
        follows = true
        metrics.arrived(nodeId)
        log.info({ ...hub, revision: position.revision }, 'hub connected')
      }
      const about = () => ({ ...known, applied })
      const reports = new HubReports({ nodes, stream, about, log, onReport })
      try {
        await Promise.race([
          feedFollower(stream, source, metrics.counted(observer(hub, onApplied, log)), backoff),
          reports.take(),
          reports.keepLeases(),
        ])
      } finally {
        if (follows) {
          metrics.left(nodeId)
          tellEnd(hub, stream.signal, signal, log)
        }
      }
    },
  })
}

/** That a hub stops is everyday life; that it vanishes is not. */
function tellEnd(hub: object, { aborted, reason }: AbortSignal, stop: AbortSignal, log: Log): void {
  const vanished = aborted && !stop.aborted && !(reason instanceof Departure)
  const ours = stop.aborted ? 'this process is stopping' : 'its session is over'
  const why = aborted && !stop.aborted && reason instanceof Error ? reason.message : ours
  log[vanished ? 'warn' : 'info'](hub, `hub disconnected: ${why}`)
}

function observer(
  hub: object,
  onApplied: (to: Position) => void,
  log: Log,
): Parameters<typeof feedFollower>[2] {
  /** The revision that the hub rejected last: it is offered again and again while its disk is full. */
  let rejected = 0
  return {
    offered: () => undefined,
    answered(answer, { kind, to, body }) {
      if (answer.kind === 'applied') onApplied(to)
      if (answer.kind === 'rejected') {
        if (answer.revision !== rejected) log.error({ ...hub, ...answer }, 'a hub rejected an update')
        rejected = answer.revision
      } else if (kind === 'snapshot')
        log.info({ ...hub, revision: to.revision, bytes: body.size }, 'a hub took a snapshot')
    },
    withheld: () => undefined,
  }
}
