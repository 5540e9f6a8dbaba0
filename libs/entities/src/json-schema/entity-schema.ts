import type { EntityDefinition, Subschemas } from '../definition.ts'
import { type Field, type Fields, foreign, integer } from '../field.ts'
import { fieldsOf } from '../shorthands.ts'
import { LONGEST_TTL } from '../ttl.ts'
import { type JsonSchema, neededNames, type Projection, propertiesOf } from './value-schema.ts'

export interface EntitySide extends Projection {
  /** What the path of a request says of the entity already, so that a body need not. */
  readonly given?: readonly string[]
}

/** An entity of one kind as clients write it or are shown it: every field, and nothing else. */
export function entitySchema(definition: EntityDefinition, projection: EntitySide): JsonSchema {
  return schemaOf(definition, definition.fields, projection)
}

/**
 * By which values of one field the entities of a kind differ in others, such as plugins by name; null where they do not. Of
 * routes the first protocol decides what is refused, not which fields there are.
 */
export function variantsOf(
  { specialized, fields }: EntityDefinition,
  subschemas: Subschemas,
): Variants | null {
  if (specialized === null || fields[specialized.by]?.type !== 'string') return null
  return { by: specialized.by, names: [...specialized.names(subschemas)].sort() }
}

export interface Variants {
  readonly by: string
  readonly names: readonly string[]
}

/** The entities of a kind that have one value in the field that they differ by. @throws TypeError where there are none */
export function variantSchema(
  definition: EntityDefinition,
  name: string,
  subschemas: Subschemas,
  projection: EntitySide,
): JsonSchema {
  const { fields, specialized } = definition
  const subschema = specialized?.subschema(name, subschemas)
  const chooser = specialized === null ? undefined : fields[specialized.by]
  if (specialized === null || subschema === undefined || chooser === undefined)
    throw new TypeError(`${definition.kind} have no variant '${name}'`)
  const named = { [specialized.by]: { ...chooser, eq: name } }
  return schemaOf(definition, { ...fields, ...subschema.fields, ...named }, projection)
}

/** What is shown of entities whose variant is not known any more: a plugin that is not enabled, but configured. */
export function unknownVariantSchema(
  definition: EntityDefinition,
  { by, names }: Variants,
  projection: EntitySide,
): JsonSchema {
  const { fields } = definition
  const chooser = fields[by]
  const named = chooser === undefined ? {} : { [by]: { ...chooser, not_one_of: names } }
  return schemaOf(definition, { ...fields, ...named }, projection)
}

function schemaOf(definition: EntityDefinition, fields: Fields, projection: EntitySide): JsonSchema {
  return projection.side === 'shown'
    ? shownSchema(definition, fields, projection)
    : writtenSchema(definition, fields, projection)
}

function shownSchema(
  { onlyWhenSet, ttl }: EntityDefinition,
  fields: Fields,
  projection: Projection,
): JsonSchema {
  const shown = Object.fromEntries([
    // What the server generates is always there.
    ...Object.entries(fields).map(([name, field]) => [name, field.auto ? present(field) : field] as const),
    ...onlyWhenSet.map((name) => [name, present(fields[name])] as const),
    ...(ttl ? [['ttl', SECONDS_LEFT] as const] : []),
  ])
  return {
    type: 'object',
    properties: propertiesOf(shown, projection),
    required: Object.keys(shown).filter((name) => !onlyWhenSet.includes(name)),
    additionalProperties: false,
  }
}

const present = (field: Field = foreign('')): Field => ({ ...field, required: true })

const SECONDS_LEFT = integer({
  between: [0, LONGEST_TTL],
  description: 'Seconds that are left; null for ever.',
})
const TTL = integer({ between: [0, LONGEST_TTL], description: 'Seconds to live; 0 or null for ever.' })

function writtenSchema(
  { shorthands, ttl }: EntityDefinition,
  fields: Fields,
  { given = [], ...projection }: EntitySide,
): JsonSchema {
  const optional = Object.entries(fields).map(
    ([name, field]) => [name, field.auto ? absent(field) : field] as const,
  )
  const others = Object.entries(fieldsOf(shorthands)).filter(([name]) => !Object.hasOwn(fields, name))
  const written: Fields = Object.fromEntries([
    ...optional,
    ...others,
    ...(ttl ? [['ttl', TTL] as const] : []),
  ])
  const needed = neededNames(fields).filter((name) => !given.includes(name))
  return {
    type: 'object',
    properties: propertiesOf(written, projection),
    ...(projection.side === 'new' &&
      needed.length > 0 &&
      requirement(
        needed,
        others.map(([name]) => name),
      )),
    additionalProperties: false,
  }
}

/** What is generated may be null: then it is generated. */
const absent = (field: Field): Field => ({ ...field, required: false })

/** A shorthand may stand for what is needed. */
function requirement(needed: readonly string[], shorthands: readonly string[]): JsonSchema {
  if (shorthands.length === 0) return { required: needed }
  return { anyOf: [{ required: needed }, ...shorthands.map((name) => ({ required: [name] }))] }
}
