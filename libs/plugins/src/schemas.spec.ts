import { readFileSync } from 'node:fs'
import { isJsonObject, type Json, type JsonObject, kongSchema } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { bundledPlugins } from './schemas.ts'

const VERSION = '3.4.2'
const schemas = bundledPlugins(VERSION)

describe('the schema of a plugin', () => {
  it.each([...schemas.keys()].filter((name) => name !== 'key-auth' && name !== 'session'))(
    'is shown as Kong shows that of %s, to the order of its fields',
    (name) => {
      expect(shown(name)).toStrictEqual(recorded(name))
    },
  )

  // What was recorded of key-auth are the fields of its config alone, as the older path `/plugins/schema/{name}` tells
  // them. What is around them, all authentication plugins have in common.
  it('is shown as Kong shows that of key-auth', () => {
    const { fields } = recorded('key-auth')
    const [consumer, protocols] = listOf(recorded('basic-auth').fields)
    expect(shown('key-auth')).toStrictEqual({
      fields: [consumer, protocols, { config: { type: 'record', required: true, fields } }],
      entity_checks: [],
    })
  })

  it('is shown as Kong shows that of session, but for the secret, which no two control planes share', () => {
    const withSecret = (answer: JsonObject, secret: Json) =>
      JSON.parse(JSON.stringify(answer).replace(/"default":"[\w-]{44}"/, `"default":"${secret}"`))
    expect(withSecret(shown('session'), 'x')).toStrictEqual(withSecret(recorded('session'), 'x'))
    expect(shown('session')).not.toStrictEqual(recorded('session'))
    const others = kongSchema(schemaOf('session', bundledPlugins(VERSION)))
    expect(shown('session')).not.toStrictEqual(JSON.parse(JSON.stringify(others)))
  })
})

it('a plugin carries the version of the product, but for opentelemetry, which never changed its own', () => {
  const versions = Map.groupBy(schemas.values(), ({ version }) => version)
  expect([...versions.keys()]).toEqual([VERSION, '0.1.0'])
  expect(versions.get('0.1.0')?.map(({ name }) => name)).toEqual(['opentelemetry'])
})

it('plugins rank as in Kong, from the first to run to the last', () => {
  const ranked = [...schemas.values()].sort((a, b) => b.priority - a.priority)
  expect(ranked.map(({ name, priority }) => [name, priority])).toEqual([
    ['pre-function', 1000000],
    ['zipkin', 100000],
    ['bot-detection', 2500],
    ['cors', 2000],
    ['session', 1900],
    ['acme', 1705],
    ['jwt', 1450],
    ['oauth2', 1400],
    ['key-auth', 1250],
    ['ldap-auth', 1200],
    ['basic-auth', 1100],
    ['hmac-auth', 1030],
    ['grpc-gateway', 998],
    ['ip-restriction', 990],
    ['request-size-limiting', 951],
    ['acl', 950],
    ['rate-limiting', 910],
    ['response-ratelimiting', 900],
    ['request-transformer', 801],
    ['response-transformer', 800],
    ['aws-lambda', 750],
    ['azure-functions', 749],
    ['proxy-cache', 100],
    ['opentelemetry', 14],
    ['prometheus', 13],
    ['http-log', 12],
    ['statsd', 11],
    ['datadog', 10],
    ['file-log', 9],
    ['udp-log', 8],
    ['tcp-log', 7],
    ['loggly', 6],
    ['syslog', 4],
    ['grpc-web', 3],
    ['request-termination', 2],
    ['correlation-id', 1],
    ['post-function', -1000],
  ])
})

function schemaOf(name: string, from = schemas) {
  const schema = from.get(name)
  if (schema === undefined) throw new Error(`no plugin ${name}`)
  return schema
}

function shown(name: string): JsonObject {
  return JSON.parse(JSON.stringify(kongSchema(schemaOf(name))))
}

/** What Kong Gateway 3.4.2 answers on `GET /schemas/plugins/{name}`. */
function recorded(name: string): JsonObject {
  const answer: Json = JSON.parse(readFileSync(new URL(`${name}/kong-schema.json`, import.meta.url), 'utf8'))
  if (!isJsonObject(answer)) throw new Error(`nothing recorded of ${name}`)
  return answer
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : []
}
