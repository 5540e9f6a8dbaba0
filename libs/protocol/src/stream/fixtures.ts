import { X509Certificate } from 'node:crypto'
import { generateClusterPair } from '@biplane/service'
import { afterEach, beforeAll, beforeEach } from 'vitest'
import type { EncodedChange } from '../change.ts'
import { Config } from '../fixtures.ts'
import { NOWHERE, type Position } from '../position.ts'
import type { UpdateSource } from '../source.ts'
import type { Answer, IncomingUpdate } from '../update.ts'
import {
  type FollowerServer,
  type FollowerStream,
  type FollowOptions,
  feedFollower,
  followSource,
  type Introduction,
  type Link,
  type Pair,
  type ServeOptions,
  serveFollowers,
} from './index.ts'
import { digestOf } from './trust.ts'

// Real ends of a link on loopback, for specs.

export interface Identity {
  readonly pair: Pair
  readonly digest: string
}

export async function anIdentity(): Promise<Identity> {
  const pair = await generateClusterPair()
  return { pair, digest: digestOf(new X509Certificate(pair.cert).raw) }
}

export const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** A timing in which a dead link is found in a fraction of a second. */
export const brisk = { keepaliveInterval: 100, keepaliveTimeout: 100, heartbeat: 50, greeting: 300 }

/** Servers and followers of one spec; all are stopped, and waited for, after each test. */
export class Cluster {
  readonly identity: Identity
  readonly #stop = new AbortController()
  readonly #running: Promise<unknown>[] = []

  constructor(identity: Identity) {
    this.identity = identity
  }

  get signal(): AbortSignal {
    return this.#stop.signal
  }

  async serve(options: Pick<ServeOptions, 'session'> & Partial<ServeOptions>): Promise<FollowerServer> {
    const { pair, digest } = this.identity
    const server = await serveFollowers({
      listen: { host: '127.0.0.1', port: 0 },
      tls: { credentials: () => pair, trust: () => ({ kind: 'shared', digests: new Set([digest]) }) },
      welcome: () => ({ sourceId: 'a-source', version: '3.4.0', plugins: [{ name: 'key-auth' }] }),
      log: silent,
      signal: this.signal,
      ...options,
    })
    this.#running.push(server.closed)
    return server
  }

  /** Serves a source as hubs do; returns the port. */
  async serveSource(source: UpdateSource, options: Partial<ServeOptions> = {}): Promise<number> {
    const observe = { offered: () => undefined, answered: () => undefined, withheld: () => undefined }
    const session = (stream: FollowerStream) => feedFollower(stream, source, observe, () => 10)
    return (await this.serve({ session, ...options })).address.port
  }

  follow(follower: Follower, ports: readonly number[], options: Partial<FollowOptions> = {}): void {
    this.#running.push(
      followSource({
        addresses: ports.map((port) => `127.0.0.1:${port}`),
        tls: { credentials: () => this.identity.pair },
        hello: () => anIntroduction(follower.nodeId),
        position: () => follower.position,
        onWelcome: () => null,
        onUpdate: (update) => follower.apply(update),
        onWithheld: () => undefined,
        onLink: (link) => follower.linked(link),
        backoff: () => 20,
        log: silent,
        signal: this.signal,
        ...options,
      }),
    )
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#running)
  }
}

/** A cluster for each test of the calling spec; call the result within a test. */
export function useCluster(): () => Cluster {
  let identity: Identity
  let cluster: Cluster
  beforeAll(async () => {
    identity = await anIdentity()
  })
  beforeEach(() => {
    cluster = new Cluster(identity)
  })
  afterEach(() => cluster.stop())
  return () => cluster
}

export function anIntroduction(nodeId: string): Introduction {
  return {
    nodeId,
    instance: 'i-1',
    hostname: 'host',
    version: '3.4.0',
    plugins: [],
    labels: {},
    relay: false,
  }
}

/** A follower that keeps its config in memory and notes what happened to it. */
export class Follower {
  readonly nodeId: string
  config = new Config()
  position: Position = NOWHERE
  readonly updates: { readonly kind: string; readonly revision: number }[] = []
  readonly links: (Link | null)[] = []
  #changed = Promise.withResolvers<void>()

  constructor(nodeId = 'node-1') {
    this.nodeId = nodeId
  }

  linked(link: Link | null): void {
    this.links.push(link)
    this.#note()
  }

  async apply(update: IncomingUpdate): Promise<Answer> {
    const { kind, to } = update
    const changes: EncodedChange[] = []
    for await (const change of update.changes) changes.push(change)
    if (kind === 'snapshot') this.config = new Config()
    this.config.apply(changes)
    this.position = { ...to, hash: this.config.hash }
    this.updates.push({ kind, revision: to.revision })
    this.#note()
    return { kind: 'applied', position: this.position, tookMs: 1 }
  }

  /** Resolves once the condition holds; it is tried whenever something happens to this follower. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.#changed.promise
  }

  #note(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}
