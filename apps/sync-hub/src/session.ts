import {
  type Admission,
  admit,
  type Capability,
  capabilityKey,
  capabilityOf,
  connectNotices,
} from '@biplane/compat'
import {
  cloneId,
  type Hello,
  type PluginVersion,
  type Position,
  type UpdateSource,
  type WithheldReason,
} from '@biplane/protocol'
import {
  type Backoff,
  Departure,
  type FeedObserver,
  type FollowerStream,
  feedFollower,
} from '@biplane/protocol/stream'
import type { Logger, SourceMetrics } from '@biplane/service'
import { Bell } from './bell.ts'
import type { CatchingUp } from './catching-up.ts'
import { stillSpeaks } from './clone.ts'
import { helloFault } from './hello.ts'
import { Listing } from './listing.ts'
import { NodeSource } from './node-source.ts'
import { NodeStatus } from './node-status.ts'
import type { Reporter } from './reporter.ts'
import type { ActiveSession, Sessions } from './sessions.ts'
import type { Views } from './views.ts'

/** What the sessions of a hub share. */
export interface Attachment {
  /** The version this hub reports: nodes are admitted against it. */
  readonly version: string
  /** The control plane's plugins, as its feed announced them. */
  readonly plugins: () => Plugins
  readonly views: Views
  /** Whether nodes get no config that would leave them less secure than newer ones. */
  readonly refuseInsecure: boolean
  readonly sessions: Sessions
  readonly reporter: Reporter
  readonly catchingUp: CatchingUp
  /** How long a node that cannot store an update is left in peace. */
  readonly backoff: Backoff
  readonly metrics: Pick<SourceMetrics, 'arrived' | 'left' | 'counted'>
  readonly log: Logger
  readonly now: () => number
}

type Plugins = readonly PluginVersion[]

/** Serves one node from its hello to its end. That a node goes away is no error. */
export async function serveNode(stream: FollowerStream, hub: Attachment): Promise<void> {
  const { hello, peer } = stream
  const { nodeId, session, hostname, version, position } = hello
  const log = hub.log.child({ node: nodeId, host: hostname, ip: peer.address, version })
  const fault = helloFault(hello)
  if (fault !== null) return log.warn(`turned away a node that lacks ${fault}`)
  const active = hub.sessions.begin(hello, () => stream.lastHeard())
  if (active === null) return log.info({ session }, 'ended a session that the node has given up')
  hub.metrics.arrived(nodeId)
  log.info({ session, revision: position.revision, hash: position.hash }, 'node connected')
  const listing = new Listing(hello, hub.reporter, active.rival === null ? nodeId : null)
  const over = new AbortController()
  let end: End = { level: 'warn', why: 'an error' }
  try {
    const fed = feedNode(stream, active, hub, listing, log)
    const identified = identify(
      active,
      hub.sessions,
      listing,
      log,
      AbortSignal.any([stream.signal, over.signal]),
    )
    end = { level: 'info', why: await Promise.race([active.ended, fed, identified]) }
  } catch (error) {
    // The end of the stream is how sessions end; anything else is a fault of ours and told by the server.
    if (!stream.signal.aborted) throw error
    end = endOf(stream.signal.reason)
  } finally {
    over.abort()
    hub.sessions.finish(active)
    hub.metrics.left(nodeId)
    listing.end()
    log[end.level]({ session, why: end.why }, `node disconnected: ${end.why}`)
  }
}

/** Finds out which of two processes with one id is the node. Never resolves; rejects when the signal aborts. */
async function identify(
  active: ActiveSession,
  sessions: Sessions,
  listing: Listing,
  log: Logger,
  signal: AbortSignal,
): Promise<never> {
  const { hello, rival } = active
  if (rival !== null) {
    const suspect = { lastHeard: rival.lastHeard, isOver: () => !sessions.isActive(rival) }
    const isClone = (await stillSpeaks(suspect, signal)) || !sessions.inherit(active)
    const id = isClone ? cloneId(hello) : hello.nodeId
    listing.decide(id)
    if (isClone)
      log.warn({ listedAs: id }, 'two nodes have one id: the one that came later is listed by another')
  }
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    if (signal.aborted) reject(signal.reason)
  })
}

/** Ends the sessions whose nodes now belong to another view. They come back at once, and who is in sync stays so. */
export function reassign(
  sessions: Iterable<ActiveSession>,
  version: string,
  was: Plugins,
  is: Plugins,
): void {
  const keyWith = (hello: Hello, plugins: Plugins) => capabilityKey(capabilityOf({ version, plugins }, hello))
  for (const { hello, end } of sessions) {
    if (keyWith(hello, was) !== keyWith(hello, is)) end('the control plane comes with other plugins')
  }
}

interface End {
  readonly level: 'debug' | 'info' | 'warn'
  readonly why: string
}

/** That a node leaves is everyday life, that it vanishes is not; when this hub stops, all of them leave at once. */
function endOf(reason: unknown): End {
  if (!(reason instanceof Error)) return { level: 'warn', why: String(reason) }
  if (reason.name === 'AbortError') return { level: 'debug', why: 'this hub is stopping' }
  return { level: reason instanceof Departure ? 'info' : 'warn', why: reason.message }
}

/** Returns why it did not begin; otherwise it runs until the stream ends, and then rejects. */
async function feedNode(
  stream: FollowerStream,
  active: ActiveSession,
  hub: Attachment,
  listing: Listing,
  log: Logger,
): Promise<string> {
  const { hello, peer } = stream
  // What a replaced session still hears must not overwrite the row of the one that replaced it.
  const put: Reporter['put'] = (row, heldMs) => {
    if (hub.sessions.isActive(active)) listing.put(row, heldMs)
  }
  const status = new NodeStatus(hello, peer, { ...hub, log, reporter: { put } })
  stream.onHealth((health) => {
    if (hub.sessions.isActive(active)) listing.tell(health, hub.now())
  })
  const admission = admit(hub.version, hello)
  logGreeting(admission, hub.plugins(), hello.plugins, log)
  switch (admission.kind) {
    case 'unidentified':
      return 'it did not say who it is'
    case 'refused':
      return feedFollower(
        stream,
        refusing(admission.withheld, hub.views.position),
        hub.metrics.counted(status),
        hub.backoff,
      )
    case 'admitted':
      return feedAdmitted(stream, hub, status)
  }
}

async function feedAdmitted(stream: FollowerStream, hub: Attachment, status: NodeStatus): Promise<never> {
  const capability: Capability = capabilityOf({ version: hub.version, plugins: hub.plugins() }, stream.hello)
  const { view, release } = hub.views.use(capability)
  const { before, lacks, unknownKinds } = capability
  const understanding = {
    before,
    lacks: lacks.map(({ withheld }) => withheld),
    refusesInsecure: hub.refuseInsecure,
    ...(unknownKinds.length > 0 && { unknownKinds }),
  }
  status.understands(understanding, () => view.reductions)
  try {
    status.greet(view.position, view.withheld)
    // Nodes older than the hub may have to wait until the config was read for them.
    if (view.position === null && view.withheld === null) status.greet(await view.read(), view.withheld)
    const source = new NodeSource(view)
    status.lacks(() => source.quarantined)
    const observe: FeedObserver = {
      offered: (update) => status.offered(update),
      answered(answer, update) {
        source.answered(answer)
        status.answered(answer, update)
      },
      withheld: (update) => status.withheld(update),
    }
    await hub.catchingUp.reached(stream.hello.position, stream.signal)
    return await feedFollower(stream, source, hub.metrics.counted(observe), hub.backoff)
  } finally {
    release()
  }
}

function logGreeting(admission: Admission, ours: Plugins, theirs: Plugins, log: Logger): void {
  if (admission.kind !== 'admitted') return
  if (admission.reason === 'dp_minor_older') log.info('the node is of an older minor version than this hub')
  const notices = connectNotices(ours, theirs)
  for (const level of ['warn', 'info'] as const) {
    // One line each, however many plugins differ.
    const told = notices.filter((notice) => (notice.level === 'warn' ? 'warn' : 'info') === level)
    if (told.length === 0) continue
    log[level]({ plugins: told.map(({ plugin }) => plugin) }, told.map(({ message }) => message).join('; '))
  }
}

/** A node that is of the wrong version for all of its session: it is told once and stays attached, so it is listed. */
function refusing(reason: WithheldReason, to: Position): UpdateSource {
  const never = new Bell()
  return {
    async next(_known, seen, signal) {
      if (seen !== null) await never.heard(signal)
      return { kind: 'withheld', to, reason }
    },
  }
}
