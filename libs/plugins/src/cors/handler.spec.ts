import { describe, expect, it } from 'vitest'
import { aContext, type ContextFixture } from '../fixtures.ts'
import { handlerOf } from '../handler-of.ts'
import { cors } from './handler.ts'
import type { CorsConfig } from './schema.ts'

const DEFAULTS: CorsConfig = {
  origins: null,
  headers: null,
  exposed_headers: null,
  methods: null,
  max_age: null,
  credentials: false,
  preflight_continue: false,
}
const METHODS = 'GET,HEAD,PUT,PATCH,POST,DELETE,OPTIONS,TRACE,CONNECT'
const preflight = { Origin: 'http://a.test', 'Access-Control-Request-Method': 'GET' }

describe('cors answers a preflight', () => {
  it.each<[string, Partial<CorsConfig>, Record<string, string>, Record<string, string>]>([
    ['of every origin', {}, {}, { 'Access-Control-Allow-Origin': '*' }],
    [
      'with the headers that it asks for',
      {},
      { 'Access-Control-Request-Headers': 'x-a,x-b' },
      { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': 'x-a,x-b' },
    ],
    [
      'with those that are configured',
      { headers: ['X-C', 'X-D'], max_age: 23, credentials: true, exposed_headers: ['x-e'] },
      { 'Access-Control-Request-Headers': 'x-a' },
      {
        'Access-Control-Allow-Origin': 'http://a.test',
        'Access-Control-Allow-Credentials': 'true',
        'Access-Control-Allow-Headers': 'X-C,X-D',
        'Access-Control-Max-Age': '23',
        Vary: 'Origin',
      },
    ],
    ['of an origin that may not', { origins: ['http://b.test', 'http://c.test'] }, {}, { Vary: 'Origin' }],
  ])('%s', async (_title, config, headers, expected) => {
    const { verdict, response } = await run(config, {
      method: 'OPTIONS',
      headers: { ...preflight, ...headers },
    })
    expect(verdict).toEqual({
      status: 200,
      headers: { 'Access-Control-Allow-Methods': METHODS, ...expected },
    })
    expect(response).toEqual([])
  })

  it('with the methods that are configured', async () => {
    const { verdict } = await run({ methods: ['GET', 'PUT'] }, { method: 'OPTIONS', headers: preflight })
    expect(verdict?.headers).toMatchObject({ 'Access-Control-Allow-Methods': 'GET,PUT' })
  })

  it.each<[string, Partial<CorsConfig>, ContextFixture]>([
    [
      'told to leave it to the upstream',
      { preflight_continue: true },
      { method: 'OPTIONS', headers: preflight },
    ],
    ['of no origin', {}, { method: 'OPTIONS', headers: { 'Access-Control-Request-Method': 'GET' } }],
    ['that asks for no method', {}, { method: 'OPTIONS', headers: { Origin: 'http://a.test' } }],
    ['by another method', {}, { method: 'GET', headers: preflight }],
  ])('but not one %s', async (_title, config, fixture) => {
    expect((await run(config, fixture)).verdict).toBeUndefined()
  })

  it('left to the upstream, adds nothing to what that says', async () => {
    const { response } = await run(
      { preflight_continue: true },
      {
        method: 'OPTIONS',
        headers: preflight,
        response: { headers: { 'Access-Control-Allow-Origin': 'theirs' } },
      },
    )
    expect(response).toEqual([['access-control-allow-origin', 'theirs']])
  })
})

describe('cors adds to any other response', () => {
  it.each<[string, Partial<CorsConfig>, Record<string, string>, (readonly [string, string])[]]>([
    ['that every origin may', {}, { Origin: 'http://a.test' }, [['access-control-allow-origin', '*']]],
    [
      'that this origin may, where credentials go with it',
      { credentials: true },
      { Origin: 'http://a.test:3000' },
      [
        ['vary', 'Accept'],
        ['access-control-allow-origin', 'http://a.test:3000'],
        ['access-control-allow-credentials', 'true'],
        ['vary', 'Origin'],
      ],
    ],
    [
      'nothing of credentials without an origin',
      { credentials: true },
      {},
      [['access-control-allow-origin', '*']],
    ],
    [
      'what may be seen, and the only origin',
      { origins: ['example.com'], exposed_headers: ['x-a', 'x-b'], max_age: 5 },
      {},
      [
        ['vary', 'Accept'],
        ['access-control-allow-origin', 'example.com'],
        ['vary', 'Origin'],
        ['access-control-expose-headers', 'x-a,x-b'],
      ],
    ],
    [
      'no origin that may not',
      { origins: ['http://b.test', 'http://c.test'] },
      { Origin: 'http://a.test' },
      [
        ['vary', 'Accept'],
        ['vary', 'Origin'],
      ],
    ],
  ])('%s', async (_title, config, headers, expected) => {
    const given = { Vary: 'Accept', 'Access-Control-Allow-Origin': 'of the upstream' }
    const { response } = await run(config, { headers, response: { headers: given } })
    expect(
      response.filter(([name]) => name !== 'vary' || expected.some(([other]) => other === 'vary')),
    ).toEqual(expect.arrayContaining(expected))
    expect(response).toHaveLength(expected.length + (expected.some(([name]) => name === 'vary') ? 0 : 1))
  })
})

async function run(config: Partial<CorsConfig>, fixture: ContextFixture) {
  const handler = handlerOf(cors, { ...DEFAULTS, ...config })
  const context = aContext(fixture)
  const verdict = await handler.access?.(context)
  await handler.response?.(context)
  return { verdict, response: [...context.response.headers.entries()] }
}
