import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { EntityDefinition } from './definition.ts'
import { subschemas } from './fixtures/context.ts'
import { entityKinds, schemaOnlyKinds } from './kinds.ts'
import { kongSchema } from './kong-schema.ts'

/** Kong's open edition knows nothing of groups, and nobody is shown what is internal. */
const isKongs = ({ kind, internal }: EntityDefinition) => !internal && !kind.startsWith('consumer_group')

/** What Kong Gateway 3.4.2 answers on `GET /schemas/{kind}`. */
function recorded(kind: string): unknown {
  return JSON.parse(readFileSync(new URL(`./fixtures/kong-schemas/${kind}.json`, import.meta.url), 'utf8'))
}

describe('kongSchema', () => {
  it.each(
    [...entityKinds.filter(isKongs), ...schemaOnlyKinds].map(
      (definition) => [definition.kind, definition] as const,
    ),
  )('of %s is what Kong answers', (kind, definition) => {
    const answer: unknown = JSON.parse(JSON.stringify(kongSchema(definition)))
    expect(answer).toStrictEqual(recorded(kind))
  })

  it('of a plugin has the fields that the plugin narrows, and none of the functions', () => {
    const keyAuth = subschemas.plugins.get('key-auth')
    if (keyAuth === undefined) throw new Error('no fixture')
    expect(JSON.parse(JSON.stringify(kongSchema(keyAuth)))).toStrictEqual({
      fields: [
        {
          consumer: {
            type: 'foreign',
            reference: 'consumers',
            eq: null,
            description: 'Custom type for representing a foreign key with a null value allowed.',
          },
        },
        {
          protocols: {
            type: 'set',
            required: true,
            default: ['grpc', 'grpcs', 'http', 'https'],
            description: 'A set of strings representing HTTP protocols.',
            elements: { type: 'string', one_of: ['grpc', 'grpcs', 'http', 'https'] },
          },
        },
        {
          config: {
            type: 'record',
            required: true,
            fields: [
              {
                key_names: {
                  type: 'array',
                  required: true,
                  default: ['apikey'],
                  elements: { type: 'string', description: 'A string representing an HTTP header name.' },
                },
              },
              { anonymous: { type: 'string' } },
              { hide_credentials: { type: 'boolean', required: true, default: false } },
            ],
          },
        },
      ],
      entity_checks: [],
    })
  })
})
