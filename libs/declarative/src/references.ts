import {
  canonicalJson,
  type Entity,
  isJsonObject,
  isUuid,
  type Json,
  type JsonObject,
  type Kind,
  referenceProblem,
  references,
  uniqueKeys,
} from '@biplane/entities'
import { type Identity, idOf } from './identity.ts'
import type { Blame } from './invalid.ts'
import type { Item } from './outline.ts'
import { perDefinition } from './per-definition.ts'

/** A reference of an item to nothing that the document declares. */
export interface Unresolved {
  readonly item: Item
  readonly field: string
  readonly to: Kind
  readonly value: Json
}

export interface Resolution {
  /** The fields of each item, with references as `{ id }`. One that is not resolved holds an id that is nobody's. */
  readonly fields: ReadonlyMap<Item, JsonObject>
  readonly unresolved: readonly Unresolved[]
}

const NOBODY = { id: '00000000-0000-0000-0000-000000000000' }

/** Finds what references mean: an id, the name by which paths find an entity, or an object of one unique field. */
export function resolve(identities: ReadonlyMap<Item, Identity>): Resolution {
  const find = finder(identities)
  const referencesOf = perDefinition(references)
  const unresolved: Unresolved[] = []
  const fields = new Map<Item, JsonObject>()
  for (const item of identities.keys()) {
    const links = referencesOf(item.definition).flatMap(({ field, to }): [string, Json][] => {
      if (item.parent?.field === field) return [[field, { id: idOf(identities, item.parent.item) }]]
      const value = Object.hasOwn(item.fields, field) ? item.fields[field] : null
      if (value === undefined || value === null) return []
      const found = find(to, value)
      if (found !== undefined) return [[field, { id: idOf(identities, found) }]]
      unresolved.push({ item, field, to, value })
      return [[field, NOBODY]]
    })
    fields.set(item, { ...item.fields, ...Object.fromEntries(links) })
  }
  return { fields, unresolved }
}

/** A membership that is named from both sides is one. */
export function withoutRepeatedMembers({ fields, unresolved }: Resolution): Resolution {
  const kinds = new Set([...fields.keys()].flatMap((item) => (item.isMember ? [item.definition] : [])))
  const seen = new Set<string>()
  const kept = [...fields].filter(([{ definition, isMember }, given]) => {
    if (!kinds.has(definition)) return true
    const pair = references(definition).map(({ field }) => given[field] ?? null)
    const key = canonicalJson([definition.kind, ...pair])
    const repeated = isMember && seen.has(key)
    seen.add(key)
    return !repeated
  })
  return { fields: new Map(kept), unresolved }
}

/** What is said of an unresolved reference beside the faults of other fields. */
export function missingKey({ item, field, to, value }: Unresolved): Blame {
  return { at: item.at, problem: { [field]: referenceProblem(to, value) }, item }
}

/** An object is a key only if it has an id. */
export function isNoKey({ value }: Unresolved): boolean {
  return isJsonObject(value) && !isUuid(value.id)
}

/** What is said of an unresolved reference in an otherwise sound document: by the name of the entity, as Kong does. */
export function noSuchEntry(
  { item, field, to, value }: Unresolved,
  entities: ReadonlyMap<Item, Entity>,
): Blame {
  const { kind, endpointKey } = item.definition
  const entity = entities.get(item)
  const name = endpointKey === null ? null : item.fields[endpointKey]
  const shown = typeof value === 'string' ? value : JSON.stringify(value)
  const sentence = `invalid reference '${field}: ${shown}' (no such entry in '${to}')`
  const at = [kind, typeof name === 'string' ? name : (entity?.id ?? '')]
  return { at, problem: [sentence], item, said: { [field]: sentence } }
}

const alone = (fields: readonly string[]) => (fields.length === 1 ? fields : [])

type Find = (kind: Kind, value: Json) => Item | undefined

/** Where two have a name it does not matter which is found: that is a fault, and told elsewhere. */
function finder(identities: ReadonlyMap<Item, Identity>): Find {
  const byField = new Map<string, Item>()
  const uniqueFields = perDefinition((definition) => uniqueKeys(definition).flatMap(alone))
  const keyed = (kind: Kind, field: string, value: string) => JSON.stringify([kind, field, value])
  for (const [item, { id }] of identities) {
    const { kind } = item.definition
    byField.set(keyed(kind, 'id', id), item)
    for (const name of uniqueFields(item.definition)) {
      const value = Object.hasOwn(item.fields, name) ? item.fields[name] : undefined
      if (typeof value === 'string') byField.set(keyed(kind, name, value), item)
    }
  }
  const by = (kind: Kind, field: string, value: string) =>
    byField.get(keyed(kind, field, field === 'id' && isUuid(value) ? value.toLowerCase() : value))
  const endpointKeys = new Map(
    [...identities.keys()].map(({ definition: { kind, endpointKey } }) => [kind, endpointKey]),
  )
  return (kind, value) => {
    if (typeof value === 'string') {
      const name = endpointKeys.get(kind) ?? null
      return (name === null ? undefined : by(kind, name, value)) ?? by(kind, 'id', value)
    }
    if (!isJsonObject(value)) return undefined
    const [one, ...more] = Object.entries(value)
    if (one === undefined || more.length > 0 || typeof one[1] !== 'string') return undefined
    return by(kind, one[0], one[1])
  }
}
