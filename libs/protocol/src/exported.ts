import {
  type Entity,
  type EntityDefinition,
  type EntityRegistry,
  isJsonObject,
  type Kind,
  references,
} from '@biplane/entities'
import { type EncodedChange, encodeEntity } from './change.ts'
import { advance, type Digest, digest, toHex } from './hash.ts'

/** What followers get of a config. */
export interface Exported {
  /** Upserts, what is referred to before what refers to it. */
  readonly changes: readonly EncodedChange[]
  /** 32 hex digits. */
  readonly hash: string
}

/** The entities of a config that followers get: those that do not say no themselves, nor lack what they refer to. */
export function exported(
  config: ReadonlyMap<Kind, ReadonlyMap<string, Entity>>,
  registry: EntityRegistry,
): Exported {
  const ids = new Map<Kind, Set<string>>()
  const changes: EncodedChange[] = []
  let hash: Digest = 0n
  for (const definition of registry.all) {
    const { kind } = definition
    const own = new Set<string>()
    ids.set(kind, own)
    for (const entity of config.get(kind)?.values() ?? []) {
      if (!definition.exportedWhen(entity) || !holds(definition, entity, ids)) continue
      const { id } = entity
      const bytes = encodeEntity(entity)
      own.add(id)
      changes.push({ kind, id, bytes })
      hash = advance(hash, digest(kind, id, bytes), 0n)
    }
  }
  return { changes, hash: toHex(hash) }
}

function holds(
  definition: EntityDefinition,
  entity: Entity,
  ids: ReadonlyMap<Kind, ReadonlySet<string>>,
): boolean {
  return references(definition).every(({ field, to }) => {
    const link = entity[field] ?? null
    return !isJsonObject(link) || ids.get(to)?.has(String(link.id)) === true
  })
}

/** What makes one exported config of another: deletes, what refers before what is referred to, then upserts. */
export function changesBetween(before: Exported, after: Exported): readonly EncodedChange[] {
  const old = new Map(before.changes.map((change) => [keyOf(change), change]))
  const kept = new Set(after.changes.map(keyOf))
  const gone = before.changes.filter((change) => !kept.has(keyOf(change))).toReversed()
  const written = after.changes.filter((change) => !sameBytes(old.get(keyOf(change)), change))
  return [...gone.map(({ kind, id }) => ({ kind, id, bytes: null })), ...written]
}

function keyOf({ kind, id }: EncodedChange): string {
  return `${kind}\0${id}`
}

function sameBytes(a: EncodedChange | undefined, b: EncodedChange): boolean {
  if (a === undefined || a.bytes === null || b.bytes === null) return false
  return Buffer.compare(a.bytes, b.bytes) === 0
}
