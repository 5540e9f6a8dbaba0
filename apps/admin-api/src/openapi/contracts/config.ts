import { declarable } from '@biplane/declarative'
import type { JsonSchema } from '@biplane/entities'
import { answered, anything, type Describe, exactly, listOf, text } from '../contract.ts'
import type { EntitySchemas } from '../entity-schemas.ts'
import { refusal } from '../refusals.ts'

const on = { enum: ['true', '1', 'on', 'yes', 'false', '0', 'off', 'no'] }

export const configContracts: Describe = (schemas) => ({
  GET: {
    summary: 'The whole config as a declarative document',
    answers: { 200: answered('The document, as YAML in a text.', exactly({ config: text })) },
  },
  POST: {
    summary: 'Put a declarative document in the place of the whole config',
    query: {
      dry_run: { description: 'Only tell what it would change.', schema: on },
      flatten_errors: { description: 'Tell what is wrong by entity.', schema: on },
      check_hash: {
        description: 'With `1`, answer 304 where a text changes nothing.',
        schema: { enum: ['0', '1'] },
      },
    },
    body: {
      description:
        'The document: as JSON, as text of YAML or JSON, or as the member `config` of JSON or a form.',
      required: true,
      content: {
        'application/json': { anyOf: [DOCUMENT, WRAPPED] },
        'text/yaml': text,
        'application/x-www-form-urlencoded': exactly({ config: text }),
        'multipart/form-data': exactly({ config: text }),
      },
    },
    answers: {
      200: answered('What it would change, with `dry_run`.', difference()),
      201: answered('It is taken: all entities by kind and id.', loaded(schemas)),
      304: answered('It changes nothing.'),
      400: answered('It is no document, or some of it is not right.', {
        anyOf: [refusal(400), FLATTENED],
      }),
    },
  },
})

const DOCUMENT: JsonSchema = {
  type: 'object',
  properties: { _format_version: { enum: ['1.1', '2.1', '3.0'] }, _transform: { type: 'boolean' } },
  required: ['_format_version'],
}

const WRAPPED: JsonSchema = {
  type: 'object',
  properties: { config: { anyOf: [text, DOCUMENT] } },
  required: ['config'],
}

const FLATTENED: JsonSchema = exactly({
  code: { const: 14 },
  name: { const: 'invalid declarative configuration' },
  message: text,
  fields: { type: 'object' },
  flattened_errors: listOf(
    exactly(
      {
        entity_type: text,
        entity_id: text,
        entity_name: text,
        entity_tags: listOf(text),
        entity: anything,
        errors: listOf(
          exactly({ type: { enum: ['field', 'entity'] }, field: text, message: text }, ['field']),
        ),
      },
      ['entity_id', 'entity_name', 'entity_tags'],
    ),
  ),
})

function difference(): JsonSchema {
  const row = { kind: text, id: text, entity: { type: 'object' } }
  const field = exactly({ field: text, before: anything, after: anything })
  return exactly({
    added: listOf(exactly(row)),
    changed: listOf(exactly({ ...row, fields: listOf(field) })),
    removed: listOf(exactly(row)),
  })
}

function loaded(schemas: EntitySchemas): JsonSchema {
  const kinds = declarable(schemas.registry).map((definition) => [
    definition.kind,
    { type: 'object', additionalProperties: schemas.bare(definition) },
  ])
  return { type: 'object', properties: Object.fromEntries(kinds), additionalProperties: false }
}
