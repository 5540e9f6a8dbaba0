import { describe, expect, it } from 'vitest'
import { subschemas } from './fixtures/context.ts'
import consumers from './fixtures/kong-schemas/consumers.json' with { type: 'json' }
import keyauthCredentials from './fixtures/kong-schemas/keyauth_credentials.json' with { type: 'json' }
import parameters from './fixtures/kong-schemas/parameters.json' with { type: 'json' }
import plugins from './fixtures/kong-schemas/plugins.json' with { type: 'json' }
import routes from './fixtures/kong-schemas/routes.json' with { type: 'json' }
import services from './fixtures/kong-schemas/services.json' with { type: 'json' }
import workspaces from './fixtures/kong-schemas/workspaces.json' with { type: 'json' }
import { entityKinds } from './kinds.ts'
import { kongSchema } from './kong-schema.ts'

/** What Kong Gateway 3.4.2 answers on `GET /schemas/{kind}`. */
const KONG: Readonly<Record<string, unknown>> = {
  consumers,
  keyauth_credentials: keyauthCredentials,
  parameters,
  plugins,
  routes,
  services,
  workspaces,
}

describe('kongSchema', () => {
  it.each(entityKinds.map((definition) => [definition.kind, definition] as const))(
    'of %s is what Kong answers',
    (kind, definition) => {
      const answer: unknown = JSON.parse(JSON.stringify(kongSchema(definition)))
      expect(answer).toStrictEqual(KONG[kind])
    },
  )

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
