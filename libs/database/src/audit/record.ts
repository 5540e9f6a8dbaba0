import { canonicalJson, type Entity, type EntityDefinition, isJsonObject, type Kind } from '@biplane/entities'
import type { Tables } from '../tables.ts'
import type { Origin } from './origin.ts'

/** What an entity was before a write and what it is after it, null where there is none. */
export interface Made {
  readonly was: Entity | null
  readonly is: Entity | null
}

export interface EntityWrite extends Made {
  readonly kind: Kind
  readonly id: string
}

/** What a revision did to one entity. No values: they may be secrets, and the journal has them for as long as it is kept. */
export interface AuditedObject {
  readonly kind: Kind
  readonly id: string
  readonly operation: 'create' | 'update' | 'delete'
  /** What people call it by; null for an entity without a name, or with one that is a secret. */
  readonly name: string | null
  /** What an update changed, members of records as `config.minute`; null for the other operations. */
  readonly fields: readonly string[] | null
}

/** What the audit log tells of a revision. */
export interface AuditRecord {
  readonly origin: Origin
  readonly objects: readonly AuditedObject[]
}

/** Of several writes of one entity, what came of them: nothing, where it was made and deleted again. */
export function auditRecord(tables: Tables, writes: readonly EntityWrite[], origin: Origin): AuditRecord {
  const ends = new Map<string, EntityWrite>()
  for (const write of writes) {
    const key = `${write.kind} ${write.id}`
    const first = ends.get(key) ?? write
    ends.set(key, { ...write, was: first.was })
  }
  const objects = [...ends.values()].flatMap((write) => {
    const { kind, id } = write
    const { definition } = tables.of(kind)
    return toObject(definition, write).map((object) => ({ kind, id, ...object }))
  })
  return { origin, objects }
}

type Told = Omit<AuditedObject, 'kind' | 'id'>

function toObject(definition: EntityDefinition, { was, is }: EntityWrite): readonly Told[] {
  if (is === null)
    return was === null ? [] : [{ operation: 'delete', name: nameOf(definition, was), fields: null }]
  const name = nameOf(definition, is)
  if (was === null) return [{ operation: 'create', name, fields: null }]
  return [{ operation: 'update', name, fields: changedFields(definition, was, is) }]
}

/** By what fields people know entities, the best first. None of them is ever a secret, as the key of a key-auth credential is. */
const NAMES = ['instance_name', 'name', 'username', 'custom_id', 'target', 'group', 'client_id', 'prefix']

/** Names have no limit of their own, but an index has. */
const LONGEST_NAME = 256

function nameOf({ fields }: EntityDefinition, entity: Entity): string | null {
  const values = NAMES.filter((name) => Object.hasOwn(fields, name)).map((name) => entity[name])
  const name = values.find((value) => typeof value === 'string')
  return typeof name === 'string' ? shortened(name) : null
}

/** As names are kept, and so to be looked for. */
export function shortened(name: string): string {
  return [...name.slice(0, 2 * LONGEST_NAME)].slice(0, LONGEST_NAME).join('')
}

/** Every write changes it. */
const CLOCK = 'updated_at'

function changedFields({ fields }: EntityDefinition, was: Entity, is: Entity): readonly string[] {
  const names = new Set([...Object.keys(was), ...Object.keys(is)])
  names.delete(CLOCK)
  const changed = [...names].flatMap((name) => {
    const [before, after] = [was[name] ?? null, is[name] ?? null]
    if (canonicalJson(before) === canonicalJson(after)) return []
    // A key of a map is the user's, and so may be a secret; the members of a record are the schema's.
    const isRecord = fields[name]?.type === 'record' && isJsonObject(before) && isJsonObject(after)
    return isRecord ? changedMembers(name, before, after) : [name]
  })
  return changed.toSorted()
}

function changedMembers(name: string, before: object, after: object): readonly string[] {
  const [old, now] = [new Map(Object.entries(before)), new Map(Object.entries(after))]
  const members = [...new Set([...old.keys(), ...now.keys()])]
  return members
    .filter((member) => canonicalJson(old.get(member) ?? null) !== canonicalJson(now.get(member) ?? null))
    .map((member) => `${name}.${member}`)
}
