import { randomUUID } from 'node:crypto'
import {
  type Entity,
  type EntityDefinition,
  type Field,
  type Json,
  references,
  uniqueKeys,
} from '@biplane/entities'
import fc from 'fast-check'

/** Any text that PostgreSQL can hold, hard ones included. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }).map((value) => value.replaceAll('\0', '0')),
  fc.constantFrom('', '"', '\\', '\\u0000', '{}', 'NULL', '\u2028', "'; drop table routes; --", '𝄞', '$1'),
)

const json = fc.jsonValue({ stringUnit: 'binary' }).map((value): Json => {
  const safe: Json = JSON.parse(JSON.stringify(value).replaceAll('\\u0000', '0'))
  return safe
})

/**
 * Any entity of a definition's types: the database must keep what validation lets through, so it is tested with more.
 * No two share an id or another unique value, so a run that failed does not make the next ones fail.
 * `links` are the ids that reference fields may hold.
 */
export function arbitraryEntity(
  definition: EntityDefinition,
  links: Readonly<Record<string, string>>,
): fc.Arbitrary<Entity> {
  const required = new Set(
    references(definition)
      .filter((each) => each.required)
      .map(({ field }) => field),
  )
  const inKeys = new Set(uniqueKeys(definition).flat())
  const fields = Object.entries(definition.fields).map(([name, field]) => {
    if (field.reference !== undefined) return [name, link(links[name], required.has(name))] as const
    if (name === 'id') return [name, fc.constant(null).map(() => randomUUID())] as const
    return [name, inKeys.has(name) ? value(field).map(distinct) : value(field)] as const
  })
  const expiry = definition.ttl ? { expires_at: fc.option(fc.integer({ min: 4e9, max: 5e9 })) } : {}
  return fc
    .record<Record<string, Json>>({ ...Object.fromEntries(fields), ...expiry })
    .map((entity) => ({ ...entity, id: String(entity[definition.idField]) }))
}

const distinct = (text: Json): Json => (typeof text === 'string' ? text + randomUUID() : text)

function link(id: string | undefined, isRequired: boolean): fc.Arbitrary<Json> {
  if (id === undefined) return fc.constant(null)
  return isRequired ? fc.constant({ id }) : fc.option(fc.constant({ id }))
}

function value(field: Field): fc.Arbitrary<Json> {
  const given = present(field)
  return field.required === true || field.auto === true ? given : fc.option(given)
}

function present(field: Pick<Field, 'type' | 'uuid' | 'elements' | 'fields'>): fc.Arbitrary<Json> {
  switch (field.type) {
    case 'string':
      return field.uuid === true ? fc.uuid() : text
    case 'integer':
      return fc.maxSafeInteger()
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true })
    case 'boolean':
      return fc.boolean()
    case 'set':
    case 'array':
      return fc.array(field.elements?.type === 'string' ? text : json, { maxLength: 4 })
    case 'map':
      return fc.dictionary(text, fc.array(text, { maxLength: 3 }), { maxKeys: 4 })
    case 'record':
    case 'foreign':
      return fc.dictionary(text, json, { maxKeys: 4 })
  }
}
