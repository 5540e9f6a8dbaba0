import { openStore, type Store, type StoreKey } from '@biplane/config-store'
import { NOWHERE, samePosition, type Welcome } from '@biplane/protocol'
import { type AcceptedTls, type FollowOptions, type Link, REFUSAL_CAUSES, serveFollowers } from '@biplane/protocol/stream'
import {
  backoff,
  FollowerMetrics,
  type Logger,
  type Readiness,
  type Registry,
  SourceMetrics,
} from '@biplane/service'
import { Announcement } from './announcement.ts'
import { CopyCondition } from './copy-condition.ts'
import { follow } from './follow.ts'
import { assertFree } from './free-ports.ts'
import { describeHub } from './metrics.ts'
import { Reporter } from './reporter.ts'
import { Roster } from './roster.ts'
import { type Attachment, reassign, serveNode } from './session.ts'
import { Sessions } from './sessions.ts'
import { Slots } from './slots.ts'
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
  readonly nodes: {
    readonly listens: readonly { readonly host: string; readonly port: number }[]
    readonly tls: AcceptedTls
  }
  readonly registry: Registry
  readonly log: Logger
  readonly signal: AbortSignal
}

export interface Hub {
  /** Where nodes may connect. */
  readonly addresses: readonly { readonly host: string; readonly port: number }[]
  status(): object
  ready(): Readiness
  /** Has the copy, where it is encrypted, open by exactly these keys. Throws where that cannot be written. */
  adoptKeys(keys: readonly StoreKey[]): void
  /** Resolves when the signal has aborted and all is closed; rejects when the hub cannot go on. */
  readonly running: Promise<void>
}

/** A hub: follows a source into its own copy, and serves the copy to nodes whether or not there is a source. */
export async function openHub(options: HubOptions): Promise<Hub> {
  const { version, refuseInsecure, source, registry, log, signal } = options
  // A hub started twice by mistake finds its ports taken. It must not find out after it has opened the copy of the other.
  await assertFree(options.nodes.listens)
  const condition = new CopyCondition()
  const store = await openStore({
    ...options.store,
    log,
    lookups: {},
    onDamage: () => condition.damaged(),
  })
  const announcement = new Announcement(store)
  const slots = new Slots(SNAPSHOTS_AT_A_TIME, SNAPSHOT_LEASE_MS)
  const views = new Views({
    copy: store,
    slots,
    signal,
    windowBytes: WINDOW_BYTES,
    lingerMs: LINGER_MS,
    refuseInsecure,
    log,
  })
  const sessions = new Sessions()
  const reporter = new Reporter(new Roster(), () => performance.now())
  const metrics = new SourceMetrics(registry, () => performance.now(), REFUSAL_CAUSES)
  const upstream = new FollowerMetrics(registry)
  const sourceLink = new SourceLink(reporter, upstream)
  describeHub(registry, {
    connected: () => sessions.size,
    revision: () => store.position.revision,
    queued: () => slots.waiting,
    views: () => views.size,
  })
  const plugins = () => announcement.plugins
  const attachment: Attachment = {
    version,
    plugins,
    views,
    refuseInsecure,
    sessions,
    reporter,
    backoff,
    metrics,
    log,
    now: Date.now,
  }
  const servers = await serveNodes(options, attachment, metrics, source.hello().nodeId)
  const onWelcome = (welcome: Welcome) => {
    const before = announcement.plugins
    announcement.set(welcome)
    reassign(sessions.all, version, before, welcome.plugins)
  }
  const stream = { ...source, backoff, signal, onLink: (link: Link | null) => sourceLink.set(link) }
  const following = follow({ store, condition, views, version, onWelcome, metrics: upstream, log, stream })
  const parts = Promise.all([following, ...servers.map(({ closed }) => closed)])
  return {
    addresses: servers.map(({ address }) => address),
    status: () => ({
      version,
      position: store.position,
      source: sourceLink.address,
      nodes: sessions.size,
      views: views.size,
    }),
    ready: () => readiness(store),
    adoptKeys: (keys) => store.adoptKeys(keys),
    running: parts.then(() => store.close()),
  }
}

/** The link to the source, while there is one. */
class SourceLink {
  readonly #reporter: Reporter
  readonly #metrics: FollowerMetrics
  #link: Link | null = null

  constructor(reporter: Reporter, metrics: FollowerMetrics) {
    this.#reporter = reporter
    this.#metrics = metrics
  }

  /** `host:port`; null while there is none. */
  get address(): string | null {
    return this.#link?.address ?? null
  }

  set(link: Link | null): void {
    this.#link = link
    this.#metrics.linked(link)
    void this.#reporter.attach(link)
  }
}

async function serveNodes(
  options: HubOptions,
  attachment: Attachment,
  metrics: SourceMetrics,
  hubId: string,
) {
  const { nodes, version, log, signal } = options
  const serve = (listen: { readonly host: string; readonly port: number }) =>
    serveFollowers({
      listen,
      tls: nodes.tls,
      welcome: () => ({ sourceId: hubId, version, plugins: attachment.plugins() }),
      session: (stream) => serveNode(stream, attachment),
      onBytes: (nodeId, kind, bytes) => metrics.sent(nodeId, kind, bytes),
      onRefused: (cause) => metrics.refused(cause),
      log,
      signal,
    })
  return Promise.all(nodes.listens.map(serve))
}

/** A hub without a source is ready as long as it has a config: serving it then is what it is for. */
function readiness(store: Store): Readiness {
  const ready = !samePosition(store.position, NOWHERE)
  return { ready, message: ready ? 'ready' : 'no config was received yet' }
}
