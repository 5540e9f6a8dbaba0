import { randomUUID } from 'node:crypto'
import { mkdtemp, open, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Answer,
  ConfigWindow,
  compressBody,
  type EncodedChange,
  type HealthReport,
  type Hello,
  type HubReport,
  type IncomingUpdate,
  type NodeReport,
  type PluginVersion,
  type Position,
  type RosterReport,
  samePosition,
  type Update,
  type UpdateSource,
} from '@biplane/protocol'
import {
  type FollowOptions,
  feedFollower,
  followSource,
  type Link,
  type Pair,
  serveFollowers,
} from '@biplane/protocol/stream'
import {
  certificateDigest,
  createLogger,
  createMetrics,
  generateClusterPair,
  type Registry,
} from '@biplane/service'
import { vi } from 'vitest'
import { Bell } from './bell.ts'
import { afterChanges, anUpsert, EPOCH, hashOf, type Stored } from './fixtures.ts'
import { type Hub, openHub } from './hub.ts'

// A line in one process, over real sockets, certificates and stores: a feed with its journal in memory, hubs, nodes.

const soon = () => 20

/** Two pairs, as in a real cluster; made once, since a key takes a while. */
export async function pairs() {
  const [feed, cluster] = await Promise.all([generateClusterPair(), generateClusterPair()])
  return { feed, cluster }
}

export type Pairs = Awaited<ReturnType<typeof pairs>>

function accepting(pair: Pair) {
  const accepted = new Set([certificateDigest(pair.cert)])
  return { credentials: () => pair, trust: () => ({ kind: 'shared' as const, digests: accepted }) }
}

const silent = createLogger({ log_level: 'emerg' }, 'test')

/** A journal in memory behind a real feed. */
export class Feed implements UpdateSource {
  version = '3.4.0'
  plugins: readonly PluginVersion[] = [{ name: 'key-auth', version: '3.4.0' }]
  /** Rows as reported last, by node id. */
  readonly rows = new Map<string, NodeReport>()
  /** What nodes have told of health, by node id. */
  readonly health = new Map<string, HealthReport>()
  /** Hubs below those that are connected, as reported last, by hub id; without those that are gone. */
  readonly below = new Map<string, HubReport>()
  /** Which hub each node was reported to be attached to: '' is one that is connected here. */
  readonly attachedTo = new Map<string, string>()
  /** What the hub that is connected said last of itself. */
  draining = false
  /** How many have followed it. */
  followers = 0
  readonly #pairs: Pairs
  readonly #bell = new Bell()
  #entities: ReadonlyMap<string, Stored> = afterChanges(new Map(), [
    anUpsert('parameters', { id: 'cluster_id', value: 'x' }),
  ])
  #window = new ConfigWindow({ epoch: EPOCH, revision: 1, hash: hashOf(this.#entities.values()) }, 1 << 20)
  #stop = new AbortController()
  #closed: Promise<void> = Promise.resolve()
  #port = 0

  constructor(pairs: Pairs) {
    this.#pairs = pairs
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`
  }

  get head(): Position {
    return this.#window.head
  }

  /** Listens; again where it did before, if it did. */
  async start(): Promise<void> {
    this.#stop = new AbortController()
    const { address, closed } = await serveFollowers({
      listen: { host: '127.0.0.1', port: this.#port },
      tls: accepting(this.#pairs.feed),
      welcome: () => ({ sourceId: randomUUID(), version: this.version, plugins: this.plugins }),
      session: async (stream) => {
        this.followers += 1
        const reading = this.#read(stream.reports())
        const observe = { offered: () => undefined, answered: () => undefined, withheld: () => undefined }
        await Promise.all([reading, feedFollower(stream, this, observe, soon)])
      },
      log: silent,
      signal: this.#stop.signal,
    })
    this.#port = address.port
    this.#closed = closed
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#closed
  }

  /** One revision. */
  write(...changes: readonly EncodedChange[]): Position {
    this.#entities = afterChanges(this.#entities, changes)
    const revision = this.head.revision + 1
    this.#window.advance({ revision, hash: hashOf(this.#entities.values()), changes })
    this.#bell.ring()
    return this.head
  }

  /** Puts the journal back to an earlier state: other entities at a lower revision, of the same epoch. */
  restore(revision: number, ...changes: readonly EncodedChange[]): Position {
    const parameters = [...this.#entities.values()].filter(({ kind }) => kind === 'parameters')
    this.#entities = afterChanges(new Map(), [...parameters, ...changes])
    this.#window = new ConfigWindow(
      { epoch: EPOCH, revision, hash: hashOf(this.#entities.values()) },
      1 << 20,
    )
    this.#bell.ring()
    return this.head
  }

  async next(known: Position, seen: Position | null, signal: AbortSignal): Promise<Update> {
    while (samePosition(this.head, seen ?? known)) await this.#bell.heard(signal)
    const to = this.head
    const delta = this.#window.updateFrom(known)
    return delta ?? { kind: 'snapshot', to, body: await compressBody(this.#entities.values()) }
  }

  async #read(reports: AsyncIterable<RosterReport>): Promise<void> {
    for await (const { complete, nodes, hub, draining, health = [] } of reports) {
      const hubId = hub?.hubId ?? ''
      if (hub?.gone) this.below.delete(hub.hubId)
      else if (hub) this.below.set(hub.hubId, hub)
      else this.draining = draining ?? false
      if (complete) for (const [id, at] of this.attachedTo) if (at === hubId) this.rows.delete(id)
      for (const row of nodes) {
        this.rows.set(row.nodeId, row)
        this.attachedTo.set(row.nodeId, hubId)
        if (row.state.kind === 'offline') this.health.delete(row.nodeId)
      }
      for (const told of health) if (this.rows.has(told.nodeId)) this.health.set(told.nodeId, told.health)
    }
  }
}

/** A hub on a store of its own; it may be stopped and started again on the same store. */
export class TestHub {
  readonly #pairs: Pairs
  #feeds: readonly string[]
  readonly #version: string
  readonly #hello = {
    nodeId: randomUUID(),
    instance: 'hub',
    hostname: 'hub-1',
    plugins: [],
    labels: {},
    relay: true,
  }
  #directory: Promise<string> | null = null
  #stop = new AbortController()
  #hub: Hub | null = null
  #registry = createMetrics({ processMetrics: false })
  #port = 0
  #relayPort = 0
  /** What it logged, in all its lives. */
  readonly lines: string[] = []

  constructor(pairs: Pairs, feeds: readonly string[], version = '3.4.0') {
    this.#pairs = pairs
    this.#feeds = feeds
    this.#version = version
  }

  get id(): string {
    return this.#hello.nodeId
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`
  }

  /** Where hubs connect. */
  get relayAddress(): string {
    return `127.0.0.1:${this.#relayPort}`
  }

  /** To be called before it starts. */
  follow(feeds: readonly string[]): void {
    this.#feeds = feeds
  }

  /** Takes a port for hubs, so that others can be told of it before it starts. */
  reserve(port: number): this {
    this.#relayPort = port
    return this
  }

  async start(): Promise<void> {
    this.#stop = new AbortController()
    this.#registry = createMetrics({ processMetrics: false })
    this.#hub = await this.#open(this.#registry)
    this.#port = this.#hub.addresses[0]?.port ?? 0
    this.#relayPort = this.#hub.hubAddresses[0]?.port ?? 0
  }

  /** Starts another hub with the settings of this one, as an operator might by mistake. */
  async startTwin(): Promise<void> {
    await this.#open(createMetrics({ processMetrics: false }))
  }

  async #open(registry: Registry): Promise<Hub> {
    this.#directory ??= mkdtemp(join(tmpdir(), 'biplane-hub-'))
    const write = (line: string) => void this.lines.push(line)
    return openHub({
      store: { directory: await this.#directory },
      version: this.#version,
      refuseInsecure: false,
      source: {
        addresses: this.#feeds,
        tls: { credentials: () => this.#pairs.feed },
        hello: () => ({ ...this.#hello, version: this.#version }),
      },
      nodes: { listens: [{ host: '127.0.0.1', port: this.#port }], tls: accepting(this.#pairs.cluster) },
      hubs: { listens: [{ host: '127.0.0.1', port: this.#relayPort }], tls: accepting(this.#pairs.feed) },
      registry,
      log: createLogger({ log_level: 'debug' }, 'sync-hub', { write }),
      signal: this.#stop.signal,
    })
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#hub?.running
  }

  async remove(): Promise<void> {
    await this.stop()
    if (this.#directory !== null) await rm(await this.#directory, { recursive: true })
  }

  /** Changes a text in the files of its store, under its feet, to another one of the same length. */
  async damage(from: string, to: string): Promise<void> {
    const directory = (await this.#directory) ?? ''
    const files = (await readdir(directory, { recursive: true })).filter((path) => path.endsWith('data.mdb'))
    for (const path of files) {
      const file = await open(join(directory, path), 'r+')
      const bytes = await file.readFile()
      for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, at + 1)) await file.write(to, at)
      await file.close()
    }
  }

  ready() {
    return this.#hub?.ready()
  }

  /** What its status tells. */
  get status(): object {
    return this.#hub?.status() ?? {}
  }

  async drain(seconds: number): Promise<void> {
    await this.#hub?.drain(seconds)
  }

  /** Lines of this level that hold this text. */
  logged(level: string, text: string): string[] {
    return this.lines.filter((line) => line.includes(`"level":"${level}"`) && line.includes(text))
  }

  async bytesSent(nodeId: string): Promise<number> {
    const metric = await this.#registry.getSingleMetric('biplane_config_bytes_sent_total')?.get()
    const values = metric?.values.filter(({ labels }) => labels.node === nodeId) ?? []
    return values.reduce((sum, { value }) => sum + value, 0)
  }
}

/** A node with its config in memory. */
export class TestNode {
  readonly id = randomUUID()
  position: Position = { epoch: '', revision: 0, hash: '0'.repeat(32) }
  entities: ReadonlyMap<string, Stored> = new Map()
  /** What came, in order: `snapshot 3`, `delta 4`. */
  readonly updates: string[] = []
  /** Why it got nothing, in order. */
  readonly withheld: string[] = []
  links = 0
  link: Link | null = null
  /** What it answers instead of applying; null to apply. */
  verdict: (update: IncomingUpdate) => Answer | null = () => null
  #stop = new AbortController()
  #running: Promise<void> = Promise.resolve()

  start(pairs: Pairs, address: string | readonly string[], hello: Partial<Hello> = {}): this {
    this.#stop = new AbortController()
    const { version = '3.4.0', instance = 'a', kinds = [] } = hello
    const { plugins = [{ name: 'key-auth', version: '3.4.0' }] } = hello
    const options: FollowOptions = {
      addresses: [address].flat(),
      tls: { credentials: () => pairs.cluster },
      hello: () => ({
        nodeId: this.id,
        instance,
        hostname: 'dp-1',
        labels: {},
        relay: false,
        version,
        plugins,
        kinds,
      }),
      position: () => this.position,
      onWelcome: () => null,
      onUpdate: (update) => this.#apply(update),
      onWithheld: ({ reason }) => void this.withheld.push(reason.kind),
      onLink: (link) => {
        this.link = link
        if (link !== null) this.links += 1
      },
      backoff: soon,
      log: silent,
      signal: this.#stop.signal,
    }
    this.#running = followSource(options)
    return this
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running
  }

  async #apply(update: IncomingUpdate): Promise<Answer> {
    const changes: EncodedChange[] = []
    for await (const change of update.changes) changes.push(change)
    this.updates.push(`${update.kind} ${update.to.revision}`)
    const verdict = this.verdict(update)
    if (verdict !== null) return verdict
    this.entities = afterChanges(update.kind === 'snapshot' ? new Map() : this.entities, changes)
    this.position = { ...update.to, hash: hashOf(this.entities.values()) }
    return { kind: 'applied', position: this.position, tookMs: 1 }
  }
}

/** Waits until the assertion holds. */
export function eventually<T>(assertion: () => T | Promise<T>, timeout = 30_000): Promise<T> {
  return vi.waitFor(assertion, { timeout, interval: 5 })
}
