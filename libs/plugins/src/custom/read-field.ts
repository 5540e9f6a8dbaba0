import {
  type Attributes,
  array,
  boolean,
  type Field,
  type Fields,
  integer,
  type Json,
  map,
  number,
  record,
  set,
  slowPatternProblem,
  string,
  valueProblem,
} from '@biplane/entities'
import { type Complain, type Given, isGiven, readAttributes } from './read-attributes.ts'
import { readChecks } from './read-checks.ts'

/** A field as Kong's schemas write one: `{ "type": "string", "required": true }`. What is wrong with it is complained of. */
export function readField(given: unknown, at: string, complain: Complain): Field {
  if (!isGiven(given)) {
    complain(at, "must be a field, such as { type: 'string' }")
    return PLACEHOLDER
  }
  const { type, ...others } = given
  const reader = typeof type === 'string' && Object.hasOwn(READERS, type) ? READERS[type] : undefined
  if (reader === undefined) {
    const known = Object.keys(READERS).join(', ')
    complain(at, type === undefined ? `has no 'type': ${known}` : `the type is none of ${known}`)
    return PLACEHOLDER
  }
  const field = reader(others, at, complain)
  if (field.default !== undefined) {
    const problem = valueProblem(field, field.default)
    if (problem !== undefined) complain(at, `its default is not valid: ${JSON.stringify(problem)}`)
  }
  return field
}

/**
 * The fields of a record: a list of objects of one member, as Kong writes them, or one object.
 */
export function readFields(given: unknown, at: string, complain: Complain): Fields {
  const entries = readEntries(given)
  if (entries === null) {
    complain(at, "'fields' must be a list such as [{ name: { type: 'string' } }], or an object")
    return {}
  }
  const fields: [string, Field][] = []
  const seen = new Set<string>()
  for (const [name, field] of entries) {
    const place = at === '' ? name : `${at}.${name}`
    if (!/^[A-Za-z][\w-]*$/.test(name)) complain(place, 'a name is letters, digits, _ and -')
    else if (seen.has(name)) complain(place, 'is there twice')
    else fields.push([name, readField(field, place, complain)])
    seen.add(name)
  }
  return Object.fromEntries(fields)
}

/** Names and fields in order; null for what is neither a list of objects of one member nor an object. */
export function readEntries(given: unknown): readonly (readonly [name: string, field: unknown])[] | null {
  if (isGiven(given)) return Object.entries(given)
  if (!Array.isArray(given)) return null
  const single = given.map((one: unknown) => (isGiven(one) ? Object.entries(one) : []))
  return single.every(({ length }) => length === 1) ? single.flat() : null
}

const PLACEHOLDER = string()

type Reader = (given: Given, at: string, complain: Complain) => Field

const READERS: Readonly<Record<string, Reader>> = {
  string: (given, at, complain) => {
    const attributes = readAttributes(given, 'string', at, complain)
    return attributes.is_regex
      ? string({ ...attributes, harm: (pattern: string) => slowPatternProblem(pattern) })
      : string(attributes)
  },
  integer: simple('integer', integer),
  number: simple('number', number),
  boolean: simple('boolean', boolean),
  set: ({ elements, ...given }, at, complain) =>
    set(member(elements, 'elements', at, complain), readAttributes(given, 'set', at, complain)),
  array: ({ elements, ...given }, at, complain) =>
    array(member(elements, 'elements', at, complain), readAttributes(given, 'array', at, complain)),
  map: ({ keys = { type: 'string' }, values, ...given }, at, complain) =>
    map(
      member(keys, 'keys', at, complain),
      member(values, 'values', at, complain),
      readAttributes(given, 'map', at, complain),
    ),
  record: ({ fields: given, entity_checks, ...others }, at, complain) => {
    const fields = readFields(given, at, complain)
    const checks = readChecks(entity_checks, fields, at, complain)
    const attributes = readAttributes(others, 'record', at, complain)
    return record(fields, checks.length === 0 ? attributes : { ...attributes, entity_checks: checks })
  },
}

function simple(type: 'integer' | 'number' | 'boolean', make: (attributes: Attributes) => Field): Reader {
  return (given, at, complain) => make(readAttributes(given, type, at, complain))
}

function member(given: unknown, part: string, at: string, complain: Complain): Field<Json> {
  if (given === undefined) complain(at, `has no '${part}'`)
  // What the members of a list are is known at runtime only.
  return (given === undefined ? PLACEHOLDER : readField(given, `${at}.${part}`, complain)) as Field<Json>
}
