import { setTimeout as pause } from 'node:timers/promises'
import { openStore, type Store, type StoreKey } from '@biplane/config-store'
import { NOWHERE, samePosition, type Welcome } from '@biplane/protocol'
import {
  type AcceptedTls,
  type FollowerServer,
  type FollowOptions,
  type Link,
  REFUSAL_CAUSES,
  type ServeOptions,
  serveFollowers,
} from '@biplane/protocol/stream'
import {
  backoff,
  FollowerMetrics,
  type Logger,
  type Readiness,
  type Registry,
  SourceMetrics,
} from '@biplane/service'
import { Announcement } from './announcement.ts'
import { CatchingUp } from './catching-up.ts'
import { circleThrough } from './circle.ts'
import { CopyCondition } from './copy-condition.ts'
import { follow } from './follow.ts'
import { assertFree } from './free-ports.ts'
import { describeHub } from './metrics.ts'
import { HubSessions, type Relay, serveHub } from './serve-hub.ts'
import { type Attachment, reassign, serveNode } from './session.ts'
import { Sessions } from './sessions.ts'
import { Slots } from './slots.ts'
import { Upward } from './upward.ts'
import { Views } from './views.ts'

/** Snapshots under way at a time: enough to fill a network, few enough not to hold up the deltas of other nodes. */
const SNAPSHOTS_AT_A_TIME = 16
const SNAPSHOT_LEASE_MS = 30_000
/** How much of the recent past an edition keeps in memory for nodes that were away. */
const WINDOW_BYTES = 32 << 20
/** Long enough for a node to restart and find its view as it was. */
const LINGER_MS = 60_000

export interface HubOptions {
  readonly store: Omit<Parameters<typeof openStore>[0], 'log' | 'lookups' | 'onDamage'>
  /** The version this hub reports. */
  readonly version: string
  /** Whether nodes that the reduced config would leave less secure get none. */
  readonly refuseInsecure: boolean
  readonly source: Pick<FollowOptions, 'addresses' | 'tls' | 'hello'>
  readonly nodes: Listening
  /** Where hubs may follow this one; nowhere without addresses. */
  readonly hubs: Listening
  readonly registry: Registry
  readonly log: Logger
  readonly signal: AbortSignal
}

interface Listening {
  readonly listens: readonly Address[]
  readonly tls: AcceptedTls
}

type Address = ServeOptions['listen']

export interface Hub {
  /** Where nodes may connect. */
  readonly addresses: readonly Address[]
  /** Where hubs may connect. */
  readonly hubAddresses: readonly Address[]
  status(): object
  ready(): Readiness
  /** Has the copy, where it is encrypted, open by exactly these keys. Throws where that cannot be written. */
  adoptKeys(keys: readonly StoreKey[]): void
  /**
   * Tells nodes and hubs to go elsewhere, and serves them until they have.
   *
   * @param seconds at the longest
   */
  drain(seconds: number): Promise<void>
  /** Resolves when the signal has aborted and all is closed; rejects when the hub cannot go on. */
  readonly running: Promise<void>
}

/** A hub: follows a source into its own copy, and serves the copy to nodes and hubs whether or not there is a source. */
export async function openHub(options: HubOptions): Promise<Hub> {
  const { version, source, registry, log, signal } = options
  // A hub started twice by mistake finds its ports taken. It must not find out after it has opened the copy of the other.
  await assertFree([...options.nodes.listens, ...options.hubs.listens])
  const condition = new CopyCondition()
  const store = await openStore({
    ...options.store,
    log,
    lookups: {},
    onDamage: () => condition.damaged(),
  })
  const announcement = new Announcement(store, source.hello().nodeId)
  const metrics = new FollowerMetrics(registry)
  const upward = new Upward(metrics)
  const catchingUp = new CatchingUp(() => store.position)
  const { attachment, relay, servers } = await serve(options, { store, announcement, upward, catchingUp })
  const following = follow({
    ...{ store, condition, views: attachment.views, version, metrics, log },
    circle: (welcome) => circleThrough(relay.id, welcome, (hubId) => upward.below.has(hubId)),
    onWelcome: (welcome) => takeOver(announcement.set(welcome), welcome, attachment, relay),
    onMoved: () => catchingUp.moved(),
    stream: {
      ...{ ...source, backoff, signal },
      onLink(link: Link | null) {
        upward.set(link)
        catchingUp.linked(link !== null)
      },
    },
  })
  const all = [...servers.nodes, ...servers.hubs]
  const parts = Promise.all([following, ...all.map(({ closed }) => closed)])
  return {
    addresses: servers.nodes.map(({ address }) => address),
    hubAddresses: servers.hubs.map(({ address }) => address),
    status: () => statusOf(options, store, upward, { attachment, relay }),
    ready: () => readiness(store, upward.draining),
    adoptKeys: (keys) => store.adoptKeys(keys),
    async drain(seconds) {
      upward.drain()
      log.info({ seconds }, 'draining: nodes and hubs are still served, and sent elsewhere')
      const left = Promise.all(all.map((server) => server.drain('the hub is stopping')))
      await Promise.race([left, pause(seconds * 1000, undefined, { ref: false })])
    },
    running: parts.then(() => store.close()),
  }
}

interface Core {
  readonly store: Store
  readonly announcement: Announcement
  readonly upward: Upward
  readonly catchingUp: CatchingUp
}

interface Served {
  readonly attachment: Attachment
  readonly relay: Relay
}

/** Opens the hub to those that follow it. */
async function serve(
  options: HubOptions,
  { store, announcement, upward, catchingUp }: Core,
): Promise<Served & { readonly servers: { nodes: FollowerServer[]; hubs: FollowerServer[] } }> {
  const { version, refuseInsecure, source, registry, log, signal } = options
  const slots = new Slots(SNAPSHOTS_AT_A_TIME, SNAPSHOT_LEASE_MS)
  const views = new Views({
    ...{ copy: store, slots, signal, refuseInsecure, log },
    windowBytes: WINDOW_BYTES,
    lingerMs: LINGER_MS,
  })
  const metrics = new SourceMetrics(registry, () => performance.now(), REFUSAL_CAUSES)
  const shared = { views, catchingUp, backoff, metrics, log, now: Date.now }
  const { reporter, below } = upward
  const sessions = new Sessions()
  const plugins = () => announcement.plugins
  const attachment: Attachment = { ...shared, version, plugins, refuseInsecure, sessions, reporter }
  const id = source.hello().nodeId
  const relay: Relay = { ...shared, id, below, following: new HubSessions() }
  describeHub(registry, {
    connected: () => sessions.size,
    revision: () => store.position.revision,
    queued: () => slots.waiting,
    views: () => views.size,
    hubs: () => relay.following.size,
  })
  const listen = (
    { listens, tls }: Listening,
    own: Pick<ServeOptions, 'welcome' | 'session' | 'nodesOnly'>,
  ) => {
    const told: Pick<ServeOptions, 'onBytes' | 'onRefused'> = {
      onBytes: (follower, kind, bytes) => metrics.sent(follower, kind, bytes),
      onRefused: (cause) => metrics.refused(cause),
    }
    return Promise.all(
      listens.map((each) => serveFollowers({ listen: each, tls, ...own, ...told, log, signal })),
    )
  }
  const nodes = await listen(options.nodes, {
    welcome: () => ({ sourceId: id, version, plugins: announcement.plugins }),
    session: (stream) => serveNode(stream, attachment),
    nodesOnly: true,
  })
  const hubs = await listen(options.hubs, {
    welcome: () => announcement.passedOn(upward.follows),
    session: (stream) => serveHub(stream, relay),
  })
  return { attachment, relay, servers: { nodes, hubs } }
}

/** What a new source says of itself holds for all that follow this hub. */
function takeOver(
  { plugins, changed }: ReturnType<Announcement['set']>,
  welcome: Welcome,
  { sessions, version }: Attachment,
  { following }: Relay,
): void {
  reassign(sessions.all, version, plugins, welcome.plugins)
  if (changed) following.end('what this hub passes on comes another way now')
}

function statusOf(
  { version }: HubOptions,
  { position }: Store,
  { address, draining }: Upward,
  { attachment: { sessions, views }, relay }: Served,
): object {
  const followers = { nodes: sessions.size, hubs: relay.following.size }
  return { version, position, source: address, ...followers, views: views.size, draining }
}

/** A hub without a source is ready as long as it has a config: serving it then is what it is for. */
function readiness(store: Store, isDraining: boolean): Readiness {
  if (isDraining) return { ready: false, message: 'draining' }
  const ready = !samePosition(store.position, NOWHERE)
  return { ready, message: ready ? 'ready' : 'no config was received yet' }
}
