import type { Kind } from '../entity.ts'
import type { Constraint, Fields } from '../field.ts'
import type { Json, JsonObject } from '../json.ts'
import { fieldsOf } from '../shorthands.ts'
import { attributeKeywords } from './keywords.ts'

/** A JSON Schema of draft 2020-12. */
export type JsonSchema = JsonObject

/** Of a whole entity that is written, of a patch, or of an entity that is shown. */
export type Side = 'new' | 'patch' | 'shown'

export interface Projection {
  readonly side: Side
  /** The fields besides `id` by which a reference may name an entity of a kind. */
  readonly keysOf: (kind: Kind) => readonly string[]
}

/**
 * What a field accepts, or what a client finds in it. Rules that are code are not in it, nor those between fields: a value
 * that it allows may still be refused, but none that it forbids is taken, and nothing else is shown.
 */
export function valueSchema(field: Constraint, projection: Projection): JsonSchema {
  const { description, default: initial, encrypted } = field
  // The default of a secret is a secret of this process.
  const isTold = initial !== undefined && encrypted !== true && projection.side === 'new'
  const about = { ...(description !== undefined && { description }), ...(isTold && { default: initial }) }
  if (field.eq === null) return { ...about, type: 'null' }
  const schema = withReferences(field, { ...shapeOf(field, projection), ...attributeKeywords(field) })
  return { ...about, ...(field.required ? schema : nullable(schema)) }
}

/** Which fields a client must give: those without a value of their own. */
export function neededNames(fields: Fields): readonly string[] {
  return Object.entries(fields).flatMap(([name, field]) => (isNeeded(field) ? [name] : []))
}

function isNeeded({ type, required, default: initial, auto, fields }: Constraint): boolean {
  if (!required || auto || (initial ?? null) !== null) return false
  return type !== 'record' || fields === undefined || neededNames(fields).length > 0
}

function shapeOf(field: Constraint, projection: Projection): JsonSchema {
  const { type, elements, keys, values } = field
  switch (type) {
    case 'set':
    case 'array':
      return {
        type: 'array',
        ...(elements && { items: memberSchema(elements, projection) }),
        // A client may repeat itself: the first of equal members stays.
        ...(type === 'set' && projection.side === 'shown' && { uniqueItems: true }),
      }
    case 'map':
      return {
        type: 'object',
        ...(keys && { propertyNames: memberSchema(keys, projection) }),
        ...(values && { additionalProperties: memberSchema(values, projection) }),
      }
    case 'record':
      return recordSchema(field, projection)
    case 'foreign':
      return referenceSchema(field, projection)
    default:
      return type === undefined ? {} : { type }
  }
}

/** A list or map holds no null, and a patch replaces its members as a whole. */
function memberSchema(member: Constraint, projection: Projection): JsonSchema {
  const side = projection.side === 'shown' ? 'shown' : 'new'
  return valueSchema({ ...member, required: true }, { ...projection, side })
}

function recordSchema(
  { fields, shorthand_fields: shorthands }: Constraint,
  projection: Projection,
): JsonSchema {
  if (fields === undefined) return { type: 'object' }
  const written = projection.side === 'shown' ? {} : fieldsOf(shorthands ?? {})
  const required = projection.side === 'new' ? neededNames(fields) : []
  return {
    type: 'object',
    properties: propertiesOf({ ...written, ...fields }, projection),
    ...(projection.side === 'shown'
      ? { required: Object.keys(fields) }
      : required.length > 0 && { required }),
    additionalProperties: false,
  }
}

export function propertiesOf(fields: Fields, projection: Projection): JsonObject {
  const schemas = Object.entries(fields).map(
    ([name, field]) => [name, valueSchema(field, projection)] as const,
  )
  return Object.fromEntries(schemas)
}

function referenceSchema({ reference = '' }: Constraint, { side, keysOf }: Projection): JsonSchema {
  const id = { type: 'string', format: 'uuid' }
  if (side === 'shown')
    return { type: 'object', properties: { id }, required: ['id'], additionalProperties: false }
  const keys = keysOf(reference)
  return {
    type: 'object',
    properties: { id, ...Object.fromEntries(keys.map((name) => [name, { type: 'string', minLength: 1 }])) },
    ...(keys.length === 0
      ? { required: ['id'] }
      : { anyOf: ['id', ...keys].map((name) => ({ required: [name] })) }),
    additionalProperties: false,
  }
}

/** What a vault holds is not judged before it is looked up. */
function withReferences({ referenceable }: Constraint, schema: JsonSchema): JsonSchema {
  const { type, minLength: _, ...rules } = schema
  if (!referenceable || type !== 'string' || Object.keys(rules).length === 0) return schema
  return { anyOf: [schema, { type: 'string', pattern: '^\\{vault://.*\\}$' }] }
}

function nullable(schema: JsonSchema): JsonSchema {
  const { type, enum: values, const: value, anyOf } = schema
  if (typeof type !== 'string')
    return Array.isArray(anyOf) ? { ...schema, anyOf: [...anyOf, { type: 'null' }] } : schema
  const { const: _, ...others } = schema
  const choices: readonly Json[] | undefined = Array.isArray(values)
    ? values
    : value === undefined
      ? undefined
      : [value]
  return { ...others, type: [type, 'null'], ...(choices && { enum: [...choices, null] }) }
}
