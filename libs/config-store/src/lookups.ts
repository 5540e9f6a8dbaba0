import { canonicalJson, isJsonObject, type Json, type Kind } from '@biplane/entities'
import { decodeEntity } from '@biplane/protocol'
import type { Cipher } from './cipher.ts'
import { listKey, uniqueKey } from './records.ts'

/**
 * Which fields of which kinds the store can find entities by. Fields are paths into the entity (`key`, `consumer.id`);
 * unset ones are not found. Entities of a kind without lookups are never parsed.
 */
export type Lookups = Readonly<Record<Kind, KindLookups>>

export interface KindLookups {
  /** Fields whose value belongs to one entity of the kind at most. */
  readonly unique?: readonly string[]
  /** Fields whose value many entities may share: references, mostly. */
  readonly lists?: readonly string[]
}

/** One key under which an entity is found. */
export interface LookupEntry {
  readonly key: string
  readonly field: string
  readonly unique: boolean
}

/**
 * The keys under which this entity is found.
 *
 * @throws SyntaxError or TypeError when its kind has lookups and the bytes are not an entity
 */
export function lookupEntries(
  lookups: Lookups,
  cipher: Cipher,
  kind: Kind,
  id: string,
  bytes: Uint8Array,
): LookupEntry[] {
  const fields = Object.hasOwn(lookups, kind) ? lookups[kind] : undefined
  if (fields === undefined) return []
  const entity = decodeEntity(bytes)
  const entries: LookupEntry[] = []
  for (const field of fields.unique ?? []) {
    const value = valueAt(entity, field)
    if (value !== undefined) entries.push({ key: uniqueKey(cipher, kind, field, value), field, unique: true })
  }
  for (const field of fields.lists ?? []) {
    const value = valueAt(entity, field)
    if (value !== undefined)
      entries.push({ key: listKey(cipher, kind, field, value, id), field, unique: false })
  }
  return entries
}

/** A declaration as text: the same text means the same lookups. */
export function lookupsText(lookups: Lookups): string {
  const complete = Object.entries(lookups).map(([kind, { unique = [], lists = [] }]) => [
    kind,
    { unique, lists },
  ])
  return canonicalJson(Object.fromEntries(complete))
}

/** @throws SyntaxError when the text is not of `lookupsText` */
export function fromLookupsText(text: string): Lookups {
  const value: unknown = JSON.parse(text)
  if (!isJsonObject(value)) throw new SyntaxError('lookups are an object')
  return Object.fromEntries(
    Object.entries(value).map(([kind, fields]) => [
      kind,
      { unique: stringsAt(fields, 'unique'), lists: stringsAt(fields, 'lists') },
    ]),
  )
}

function stringsAt(value: Json, name: string): string[] {
  const strings = isJsonObject(value) ? value[name] : undefined
  if (!Array.isArray(strings)) throw new SyntaxError(`lookups have a list '${name}'`)
  return strings.map(String)
}

function valueAt(entity: Json, path: string): string | undefined {
  let value: Json | undefined = entity
  for (const name of path.split('.')) value = isJsonObject(value) ? value[name] : undefined
  return typeof value === 'string' ? value : undefined
}
