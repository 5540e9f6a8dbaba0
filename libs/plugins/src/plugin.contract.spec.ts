import { isJsonObject, type JsonObject } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { aStream } from './a-stream.ts'
import {
  aConsumer,
  aContext,
  anInput,
  anInputWith,
  type ContextFixture,
  configOf,
  validated,
} from './fixtures.ts'
import { handlerOf } from './handler-of.ts'
import { pluginHandlers } from './handlers.ts'
import { bundledPlugins } from './schemas.ts'

const schemas = bundledPlugins('3.4.0')

describe.each([...schemas.values()])('the schema of $name', ({ name }) => {
  it('accepts the least that a client may say', () => {
    expect(validated(anInput(name))).toHaveProperty('entity')
  })
})

describe.each([...pluginHandlers.values()])('the plugin $name', ({ name, priority, create }) => {
  it('runs at the priority that its schema states', () => {
    expect(schemas.get(name)).toMatchObject({ name, priority })
  })

  it('makes a handler of its defaults, without changing them', () => {
    const config = deepFreeze(leastConfig(name))
    expect(() => create(config)).not.toThrow()
  })

  it('throws in no phase of an empty request', async () => {
    const handler = create(leastConfig(name))
    const context = aContext({})
    const handshake = { serverName: null, clientIp: '127.0.0.1', log: context.log }
    await handler.certificate?.(handshake)
    for (const phase of ['rewrite', 'access', 'response'] as const) {
      const verdict = await handler[phase]?.(context)
      if (verdict !== undefined) expect(verdict.status).toBeGreaterThanOrEqual(100)
    }
    handler.body?.(context, new Uint8Array(), true)
    handler.log?.(context)
  })

  it('has a part for streams only if its protocols may be theirs, and throws nowhere in it', async () => {
    const { stream } = create(leastConfig(name))
    if (stream === undefined) return
    expect(validated({ ...anInput(name), protocols: ['tcp'] })).toHaveProperty('entity')
    await stream.preread?.(aStream({}))
    stream.log?.(aStream({}))
  })
})

/** Configs that make a plugin look at all it ever looks at. */
const FULL: Readonly<Record<string, JsonObject>> = {
  'basic-auth': { anonymous: 'guest', hide_credentials: true },
  'bot-detection': { deny: ['(a+)b'], allow: ['c+'] },
  'correlation-id': { header_name: 'X-Many', generator: 'tracker', echo_downstream: true },
  cors: { origins: ['http://a.test', '.*[.]b[.]test'], credentials: true, exposed_headers: ['x-a'] },
  'key-auth': { key_in_body: true, hide_credentials: true, anonymous: 'guest' },
  'request-size-limiting': { require_content_length: true },
  'request-termination': { echo: true, trigger: 'x-many' },
  'request-transformer': {
    http_method: 'GET',
    remove: { headers: ['x-many'], querystring: ['q'], body: ['a'] },
    rename: { headers: ['x-uni:x-new'], querystring: ['r:s'], body: ['b:c'] },
    replace: { uri: '/$(headers["x-many"])/$(query_params.q)', headers: ['host:$(headers.origin)'] },
    add: { headers: ['x-all:$(headers["x-many"] or query_params["q"])'], body: ['d:$(headers.origin)'] },
    append: { headers: ['x-many:ü'], querystring: ['q:$(headers["x-uni"])'] },
  },
  'response-transformer': {
    remove: { headers: ['x-many'], json: ['a'] },
    append: { headers: ['x-uni:ü'], json: ['b:ü'] },
  },
}

const LOOKED_AT = [
  ...['accept', 'access-control-request-headers', 'access-control-request-method', 'apikey', 'authorization'],
  ...['content-length', 'content-type', 'cookie', 'host', 'origin', 'proxy-authorization', 'user-agent'],
  ...['x-consumer-groups', 'x-forwarded-for', 'x-many', 'x-uni'],
]
const headersOf = (value: string | readonly string[]) =>
  Object.fromEntries(LOOKED_AT.map((name) => [name, value]))
const MEGABYTE = 1024 * 1024
const guest = aConsumer({ username: 'guest' })

describe.each([...pluginHandlers.values()])('the plugin $name, fully configured,', ({ name, create }) => {
  it.each<[string, ContextFixture]>([
    ['no header at all', {}],
    [
      'headers of a megabyte',
      { headers: headersOf('a'.repeat(MEGABYTE)), query: `q=${'a'.repeat(MEGABYTE)}` },
    ],
    ['a megabyte of spaces and commas', { headers: headersOf(' ,'.repeat(MEGABYTE / 2)) }],
    ['a megabyte of schemes', { headers: headersOf('Basic '.repeat(MEGABYTE / 6)) }],
    ['headers that are empty', { headers: headersOf(''), query: 'q=&r' }],
    ['bytes that are no UTF-8', { headers: headersOf('\xff\xfe\x80'), query: 'q=%FF' }],
    ['UTF-8 and controls', { headers: headersOf('ü\u{1f600}\u0001'), query: 'q=%C3%BC%00' }],
    ['every header twice', { headers: headersOf(['1', '2']), query: 'q=1&q=2&r=1&r=2' }],
    [
      'the names of what objects inherit',
      { headers: headersOf('__proto__'), query: '__proto__=1&constructor=2' },
    ],
  ])('takes a request with %s', async (_title, fixture) => {
    const handler = handlerOf({ name, priority: 0, create }, deepFreeze(configWith(name, FULL[name])))
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const context = aContext({
        method,
        body: '{"a":1,"b":"x"}',
        consumers: [guest],
        response: { headers: { 'Content-Type': 'application/json', ...fixture.headers }, body: '{"a":1}' },
        ...fixture,
      })
      for (const phase of ['rewrite', 'access', 'response'] as const) {
        const { status, headers = {} } = (await handler[phase]?.(context)) ?? { status: 200 }
        expect(status).toBeGreaterThanOrEqual(100)
        for (const value of Object.values(headers)) expect(value).toBeTypeOf('string')
      }
      handler.log?.(context)
    }
  })
})

function configWith(name: string, config?: JsonObject): JsonObject {
  const complete = configOf(config === undefined ? anInput(name) : anInputWith(name, config))
  return isJsonObject(complete) ? complete : {}
}

function leastConfig(name: string): JsonObject {
  const outcome = validated(anInput(name))
  const config = 'entity' in outcome ? outcome.entity.config : undefined
  return isJsonObject(config) ? config : {}
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}
