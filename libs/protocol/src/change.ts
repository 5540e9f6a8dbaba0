import { canonicalJson, type Entity, type Kind, parseJson } from '@biplane/entities'

/** An upsert or a delete of one entity. */
export type Change =
  | { readonly op: 'upsert'; readonly kind: Kind; readonly id: string; readonly entity: Entity }
  | { readonly op: 'delete'; readonly kind: Kind; readonly id: string }

/** A change as it travels: the entity is its canonical UTF-8 bytes, or null for a delete. */
export interface EncodedChange {
  readonly kind: Kind
  readonly id: string
  readonly bytes: Uint8Array | null
}

/** One committed write: everything it changed, applied by every follower at once. */
export interface Revisioned<T = EncodedChange> {
  readonly revision: number
  /** The hash of the config after this revision. */
  readonly hash: string
  readonly changes: readonly T[]
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

export function encodeEntity(entity: Entity): Uint8Array {
  return encoder.encode(canonicalJson(entity))
}

/** @throws SyntaxError or TypeError when the bytes are not the UTF-8 JSON of an object with an id */
export function decodeEntity(bytes: Uint8Array): Entity {
  const value: unknown = parseJson(decoder.decode(bytes))
  if (typeof value !== 'object' || value === null || !('id' in value) || typeof value.id !== 'string') {
    throw new TypeError('an entity is a JSON object with a string id')
  }
  return value as Entity // every member of parsed JSON is Json, and id was checked above
}

export function encodeChange(change: Change): EncodedChange {
  const { kind, id } = change
  return { kind, id, bytes: change.op === 'upsert' ? encodeEntity(change.entity) : null }
}

export function decodeChange({ kind, id, bytes }: EncodedChange): Change {
  return bytes === null ? { op: 'delete', kind, id } : { op: 'upsert', kind, id, entity: decodeEntity(bytes) }
}

/** The last change per kind and id, in the order of those last changes: what a net delta carries. */
export function net<T extends { readonly kind: Kind; readonly id: string }>(changes: Iterable<T>): T[] {
  const last = new Map<string, T>()
  for (const change of changes) {
    const key = `${change.kind}\0${change.id}`
    last.delete(key)
    last.set(key, change)
  }
  return [...last.values()]
}
