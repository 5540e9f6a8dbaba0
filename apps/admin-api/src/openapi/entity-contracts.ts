import type { EntityDefinition, JsonSchema } from '@biplane/entities'
import { answered, type Contract, type Describe, type Parameter, writtenAs } from './contract.ts'
import type { EntitySchemas } from './entity-schemas.ts'
import { paging, tagsParameter } from './parameters.ts'

/** What a nested collection lies below. */
export interface Above {
  readonly parent: EntityDefinition
  /** The reference of the entities that names it. */
  readonly field: string
}

/** GET and POST of a collection. */
export function collectionContracts(definition: EntityDefinition, above?: Above): Describe {
  const words = wordsOf(definition, above)
  const path = above && keyParameter(above.parent)
  return (schemas) => ({
    GET: {
      summary: `List ${words}`,
      ...(path && { path }),
      query: { ...paging, ...(definition.fields.tags && { tags: tagsParameter }) },
      answers: { 200: answered('A page.', schemas.page(definition)) },
    },
    POST: {
      summary: `Add to ${words}`,
      ...(path && { path }),
      body: writtenAs(schemas.written(definition, 'new', above && [above.field])),
      answers: {
        201: { ...answered('Added.', schemas.shown(definition)), headers: ['ETag'] },
        ...refusedWrites,
      },
    },
  })
}

/** GET, PUT, PATCH and DELETE of one entity. */
export function itemContracts(definition: EntityDefinition, above?: Above): Describe {
  const words = wordsOf(definition, above)
  const path = { ...(above && keyParameter(above.parent)), ...keyParameter(definition, above) }
  const given = [definition.endpointKey, above && definition.nestedKey, above?.field].filter(isText)
  return (schemas) => ({
    GET: {
      summary: `Show one of ${words}`,
      path,
      conditional: true,
      answers: { 200: answered('As it is.', schemas.shown(definition)) },
    },
    PUT: {
      ...replacing(`Replace or add one of ${words}`, definition, schemas, given),
      path,
    },
    PATCH: {
      ...changing(`Change one of ${words}`, definition, schemas),
      path,
    },
    DELETE: {
      summary: `Remove one of ${words}`,
      path,
      conditional: true,
      answers: { 204: answered('It is not there any more.'), 405: 'not-here' },
    },
  })
}

/** What a reference of an entity names, through that entity. */
export function linkedContracts(
  definition: EntityDefinition,
  field: string,
  target: EntityDefinition,
): Describe {
  const what = `what \`${field}\` of one of ${wordsOf(definition)} names`
  const path = keyParameter(definition)
  return (schemas) => ({
    GET: {
      summary: `Show ${what}`,
      path,
      conditional: true,
      answers: { 200: answered('As it is.', schemas.shown(target)) },
    },
    PUT: { ...replacing(`Replace ${what}, or add it`, target, schemas), path },
    PATCH: { ...changing(`Change ${what}`, target, schemas), path },
    DELETE: {
      summary: `Refused: ${what} is not removed through it`,
      path,
      conditional: true,
      answers: { 405: 'not-here' },
    },
  })
}

function replacing(
  summary: string,
  definition: EntityDefinition,
  schemas: EntitySchemas,
  given: readonly string[] = [],
): Contract {
  const body = writtenAs(schemas.written(definition, 'new', given))
  return { summary, conditional: true, body, answers: stored(schemas.shown(definition)) }
}

function changing(summary: string, definition: EntityDefinition, schemas: EntitySchemas): Contract {
  const body = writtenAs(schemas.written(definition, 'patch'))
  return { summary, conditional: true, body, answers: stored(schemas.shown(definition)) }
}

function stored(schema: JsonSchema): Contract['answers'] {
  return { 200: answered('As it is now.', schema), ...refusedWrites }
}

export const refusedWrites = { 405: 'not-here', 409: 'conflict' } as const

/** The segment of a path that names an entity. */
export function keyParameter(
  { kind, endpointKey, nestedKey }: EntityDefinition,
  above?: Above,
): Readonly<Record<string, Parameter>> {
  const key = (above && nestedKey) ?? endpointKey
  const description = key === null ? 'The id.' : `The id or the \`${key}\`.`
  const form = key === null ? { format: 'uuid' } : {}
  return { [kind]: { description, schema: { type: 'string', minLength: 1, ...form } } }
}

function wordsOf({ kind }: EntityDefinition, above?: Above): string {
  const words = kind.replaceAll('_', ' ')
  return above === undefined ? words : `${words} of one of ${above.parent.kind.replaceAll('_', ' ')}`
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
