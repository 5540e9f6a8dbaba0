import {
  canonicalJson,
  type Entity,
  type EntityRegistry,
  isJsonObject,
  type Json,
  type JsonObject,
  type Kind,
} from '@biplane/entities'
import type { Config } from './draft.ts'
import { replaceable } from './outline.ts'

/** What has to happen to one config to make another one of it. Kinds are in the order of the registry. */
export interface Difference {
  readonly added: readonly Row[]
  readonly changed: readonly ChangedRow[]
  readonly removed: readonly Row[]
}

export interface Row {
  readonly kind: Kind
  readonly id: string
  readonly entity: Entity
}

export interface ChangedRow extends Row {
  readonly fields: readonly FieldChange[]
}

export interface FieldChange {
  /** Dotted, down to what is no record on both sides: `config.minute`. */
  readonly field: string
  readonly before: Json
  readonly after: Json
}

/** The moment of the last update is no difference: it follows from one. */
export function difference(before: Config, after: Config, registry: EntityRegistry): Difference {
  const kinds = replaceable(registry).map(({ kind }) => kind)
  const rows = (config: Config, kind: Kind) => [...(config.get(kind)?.values() ?? [])]
  const missing = (from: Config, kind: Kind, other: Config): readonly Row[] =>
    rows(from, kind).flatMap((entity) =>
      other.get(kind)?.has(entity.id) ? [] : [{ kind, id: entity.id, entity }],
    )
  return {
    added: kinds.flatMap((kind) => missing(after, kind, before)),
    changed: kinds.flatMap((kind) =>
      rows(after, kind).flatMap((entity): ChangedRow[] => {
        const old = before.get(kind)?.get(entity.id)
        const fields = old === undefined || old === entity ? [] : fieldChanges(old, entity)
        return fields.length === 0 ? [] : [{ kind, id: entity.id, entity, fields }]
      }),
    ),
    removed: kinds.flatMap((kind) => missing(before, kind, after)),
  }
}

export function isEmpty({ added, changed, removed }: Difference): boolean {
  return added.length + changed.length + removed.length === 0
}

function fieldChanges(before: Entity, after: Entity): readonly FieldChange[] {
  return changesWithin(before, after, '').filter(({ field }) => field !== 'updated_at')
}

function changesWithin(before: Json, after: Json, field: string): readonly FieldChange[] {
  if (canonicalJson(before) === canonicalJson(after)) return []
  if (!isJsonObject(before) || !isJsonObject(after)) return [{ field, before, after }]
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].flatMap((name) => {
    const path = field === '' ? name : `${field}.${name}`
    return changesWithin(own(before, name), own(after, name), path)
  })
}

function own(object: JsonObject, name: string): Json {
  return (Object.hasOwn(object, name) ? object[name] : null) ?? null
}

/** An upsert or a delete of one entity, as the journal and the stream know it. */
export type Change =
  | { readonly op: 'upsert'; readonly kind: Kind; readonly id: string; readonly entity: Entity }
  | { readonly op: 'delete'; readonly kind: Kind; readonly id: string }

/**
 * The changes that a difference is, to be applied at once: on the way an entity may refer to what is gone, or share a unique
 * value with another. Deletes come first, what refers before what is referred to; then upserts, the other way round.
 */
export function changesOf(
  { added, changed, removed }: Difference,
  registry: EntityRegistry,
): readonly Change[] {
  const order = replaceable(registry).map(({ kind }) => kind)
  const upserts = [...added, ...changed].toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
  return [
    ...removed.toReversed().map(({ kind, id }): Change => ({ op: 'delete', kind, id })),
    ...upserts.map(({ kind, id, entity }): Change => ({ op: 'upsert', kind, id, entity })),
  ]
}
