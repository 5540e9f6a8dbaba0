import type { Entity } from '@biplane/entities'
import {
  advance,
  type Body,
  decodeBody,
  digest,
  type EncodedChange,
  encodeEntity,
  fromHex,
  type Hello,
  NO_CONFIG_HASH,
  NOWHERE,
  type Position,
  type Snapshot,
  toHex,
  type Update,
} from '@biplane/protocol'
import { createLogger } from '@biplane/service'
import { entityKey } from './reduce.ts'
import type { ConfigCopy } from './views.ts'

/** Only what nobody expects is seen in a spec's output. */
export const log = createLogger({ log_level: 'error' }, 'sync-hub')

export interface Stored {
  readonly kind: string
  readonly id: string
  readonly bytes: Uint8Array
}

export const EPOCH = '11111111-1111-4111-8111-111111111111'

export function anUpsert(kind: string, fields: Omit<Entity, 'id'> & { readonly id: string }): EncodedChange {
  return { kind, id: fields.id, bytes: encodeEntity(fields) }
}

export function aDelete(kind: string, id: string): EncodedChange {
  return { kind, id, bytes: null }
}

/** What a hub knows of a node beside what it says. */
export const PEER = { address: '10.0.0.1', certificateExpiresAt: 1_900_000_000_000 }

export function aHello(fields: Partial<Hello> = {}): Hello {
  return {
    nodeId: '22222222-2222-4222-8222-222222222222',
    instance: 'a',
    session: 1,
    hostname: 'dp-1',
    version: '3.4.0',
    plugins: [],
    labels: {},
    position: NOWHERE,
    relay: false,
    ...fields,
  }
}

/** The hash of a config, computed from nothing but its entities. */
export function hashOf(entities: Iterable<Stored>): string {
  let sum = fromHex(NO_CONFIG_HASH)
  for (const { kind, id, bytes } of entities) sum = advance(sum, digest(kind, id, bytes), 0n)
  return toHex(sum)
}

export function afterChanges(before: ReadonlyMap<string, Stored>, changes: Iterable<EncodedChange>) {
  const after = new Map(before)
  for (const { kind, id, bytes } of changes) {
    if (bytes === null) after.delete(entityKey({ kind, id }))
    else after.set(entityKey({ kind, id }), { kind, id, bytes })
  }
  return after
}

/** A config in memory: what the store is to views. */
export class MemoryCopy implements ConfigCopy {
  position: Position = NOWHERE
  entitiesByKey: ReadonlyMap<string, Stored> = new Map()

  get(kind: string, id: string): Uint8Array | undefined {
    return this.entitiesByKey.get(entityKey({ kind, id }))?.bytes
  }

  *entities(kind?: string): Iterable<Stored> {
    for (const entity of this.entitiesByKey.values())
      if (kind === undefined || entity.kind === kind) yield entity
  }

  pin() {
    const { position, entitiesByKey } = this
    return { position, entities: () => entitiesByKey.values(), release: () => undefined }
  }

  /** Makes these entities the config, at a position of the given revision and epoch. */
  set(entities: ReadonlyMap<string, Stored>, revision: number, epoch = EPOCH): Position {
    this.entitiesByKey = entities
    this.position = { epoch, revision, hash: hashOf(entities.values()) }
    return this.position
  }
}

/** What a node makes of updates: it believes them only if they start where it is and end in the hash they name. */
export class MemoryNode {
  position: Position = NOWHERE
  entities: ReadonlyMap<string, Stored> = new Map()
  /** The kinds that were named to it, in deletes as well. */
  readonly heardOf = new Set<string>()

  async apply(update: Exclude<Update, { kind: 'withheld' }>): Promise<void> {
    const changes = await changesOf(update)
    for (const { kind } of changes) this.heardOf.add(kind)
    this.entities = afterChanges(update.kind === 'snapshot' ? new Map() : this.entities, changes)
    this.position = update.to
  }
}

export async function changesOf({ body }: Pick<Snapshot, 'body'>): Promise<EncodedChange[]> {
  const changes: EncodedChange[] = []
  for await (const change of decodeBody(chunksOf(body), body)) changes.push(change)
  return changes
}

async function* chunksOf(body: Body): AsyncGenerator<Uint8Array> {
  yield* body.chunks()
}
