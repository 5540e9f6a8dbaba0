import type { JsonSchema } from '@biplane/entities'
import type { Method } from '../manners.ts'
import type { EntitySchemas } from './entity-schemas.ts'
import type { SharedAnswer } from './shared-answers.ts'

/**
 * What one verb of a path takes and answers, beyond what all of them do (`operation.ts`): stated where the path is
 * registered, and read by `GET /openapi.json` only.
 */
export interface Contract {
  readonly summary: string
  readonly description?: string
  readonly deprecated?: true
  /** Under which heading it is listed; the first segment of its path, unless stated. */
  readonly group?: string
  readonly path?: Readonly<Record<string, Parameter>>
  readonly query?: Readonly<Record<string, Parameter>>
  /** It is about one entity, heeds `If-Match` and `If-None-Match`, and tells an `ETag`. */
  readonly conditional?: true
  readonly body?: RequestBody
  /** By status. What all operations may answer need not be repeated. */
  readonly answers: Readonly<Record<number, Answer | SharedAnswer>>
}

export interface Parameter {
  readonly description: string
  readonly schema: JsonSchema
}

export interface RequestBody {
  readonly description?: string
  readonly required?: true
  /** By media type. */
  readonly content: Readonly<Record<string, JsonSchema>>
}

export interface Answer {
  readonly description: string
  /** Of the body; there is none without it. */
  readonly schema?: JsonSchema
  /** Its media types, JSON unless stated. */
  readonly types?: readonly string[]
  readonly headers?: readonly string[]
}

export type Contracts = Partial<Record<Method, Contract>>

/** The contracts of a path; they may refer to what entities look like. */
export type Describe = (schemas: EntitySchemas) => Contracts

export function answered(description: string, schema?: JsonSchema): Answer {
  return { description, ...(schema && { schema }) }
}

/** An object with these members and no others, all there but for the `optional` ones. */
export function exactly(
  properties: Readonly<Record<string, JsonSchema>>,
  optional: readonly string[] = [],
): JsonSchema {
  return {
    type: 'object',
    properties,
    required: Object.keys(properties).filter((name) => !optional.includes(name)),
    additionalProperties: false,
  }
}

export const text: JsonSchema = { type: 'string' }
export const whole: JsonSchema = { type: 'integer', minimum: 0 }
export const flag: JsonSchema = { type: 'boolean' }
export const anything: JsonSchema = {}

export function listOf(items: JsonSchema): JsonSchema {
  return { type: 'array', items }
}

export function orNull(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'null' }] }
}

/** A JSON body or a form of the same fields; forms name what is nested with dots and brackets. */
export function writtenAs(schema: JsonSchema): RequestBody {
  return {
    content: {
      'application/json': schema,
      'application/x-www-form-urlencoded': { $ref: '#/components/schemas/form' },
      'multipart/form-data': { $ref: '#/components/schemas/form' },
    },
  }
}

export const formSchema: JsonSchema = {
  type: 'object',
  description:
    'The same fields as texts: `config.minute=5` sets a member, `tags[]=a` adds to a list, `hosts[1]=b` sets its first, an empty text is null.',
  additionalProperties: { type: ['string', 'array'], items: { type: 'string' } },
}
