import { X509Certificate } from 'node:crypto'
import { generateClusterPair } from '@biplane/service'
import type { EncodedChange } from '../change.ts'
import { Config } from '../fixtures.ts'
import { NOWHERE, type Position } from '../position.ts'
import type { Answer, IncomingUpdate } from '../update.ts'
import {
  type FollowOptions,
  followSource,
  type Introduction,
  type Link,
  type Pair,
  type ServeOptions,
  serveFollowers,
} from './index.ts'
import { digestOf } from './tls.ts'

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

export function aServer(
  identity: Identity,
  options: Pick<ServeOptions, 'session' | 'signal'> & Partial<ServeOptions>,
) {
  return serveFollowers({
    listen: { host: '127.0.0.1', port: 0 },
    tls: { credentials: () => identity.pair, acceptedDigests: () => new Set([identity.digest]) },
    welcome: () => ({
      sourceId: 'a-source',
      version: '3.4.0',
      plugins: [{ name: 'key-auth', version: '3.4.0' }],
    }),
    log: silent,
    ...options,
  })
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

  /** Follows until the signal aborts. */
  follow(
    identity: Identity,
    ports: readonly number[],
    signal: AbortSignal,
    more: Partial<FollowOptions> = {},
  ): Promise<void> {
    return followSource({
      addresses: ports.map((port) => `127.0.0.1:${port}`),
      tls: { credentials: () => identity.pair },
      hello: () => anIntroduction(this.nodeId),
      position: () => this.position,
      onWelcome: () => null,
      onUpdate: (update) => this.apply(update),
      onWithheld: () => undefined,
      onLink: (link) => {
        this.links.push(link)
        this.#note()
      },
      backoff: () => 20,
      log: silent,
      signal,
      ...more,
    })
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
