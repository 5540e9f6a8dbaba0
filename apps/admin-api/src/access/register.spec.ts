import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { anAdminOf } from '../fixtures/admin.ts'
import { aMemoryBackend } from '../fixtures/memory.ts'
import { aGate, aToken } from '../fixtures/tokens.ts'
import { callerOf } from './caller.ts'

const tokens = [aToken('ci', 'writes'), aToken('grafana', 'looks', 'read-only')]
const config = 'services: [{ name: shop, host: shop.internal }]\n_format_version: "3.0"'

let app: FastifyInstance
beforeAll(async () => {
  app = await guarded()
})

/** Its clock stands still: nobody is forgiven a guess. */
async function guarded(): Promise<FastifyInstance> {
  return anAdminOf(await aMemoryBackend(config), { gate: aGate({ tokens }, () => 0) })
}

async function ask(request: string, headers: Record<string, string>): Promise<LightMyRequestResponse> {
  const [method = '', url = '', payload] = request.split(' ', 3)
  const type = payload === undefined ? {} : { 'content-type': 'application/json' }
  const asked = { method, url, headers: { ...type, ...headers }, ...(payload && { payload }) }
  return await app.inject(asked as InjectOptions) // the verbs of the table below are verbs
}

describe('a role', () => {
  // Without a database an Admin API refuses what writes one entity with 405: that is as far as who may write comes.
  it.each([
    ['GET /services', 200, 200],
    ['HEAD /services', 200, 200],
    ['OPTIONS /services', 204, 204],
    ['GET /nowhere', 404, 404],
    ['GET /metrics', 200, 200],
    ['GET /config', 200, 200],
    ['POST /services {"host":"h"}', 403, 405],
    ['PUT /services/a {"host":"h"}', 403, 405],
    ['PATCH /services/shop {"host":"h"}', 403, 405],
    ['DELETE /services/shop', 403, 405],
    ['POST /nowhere', 403, 404],
    ['TRACE /services', 403, 405],
    ['POST /schemas/services/validate {"host":"h"}', 200, 200],
    ['POST /schemas/plugins/validate {"name":"key-auth"}', 200, 200],
    ['POST /config?dry_run=1 {"_format_version":"3.0"}', 200, 200],
    [
      'POST /config?dry_run=0 {"_format_version":"3.0","services":[{"name":"shop","host":"shop.internal"}]}',
      403,
      201,
    ],
    ['POST /config?x=dry_run=1 {"_format_version":"3.0"}', 403, 201],
    ['PUT /debug/node/log-level/notice', 403, 200],
    ['POST /transactions []', 403, 400],
  ])('decides on %s: %i to look, %i to write', async (request, looking, writing) => {
    const looked = await ask(request, { 'kong-admin-token': 'looks' })
    expect([looked.statusCode, (await ask(request, { 'kong-admin-token': 'writes' })).statusCode]).toEqual([
      looking,
      writing,
    ])
    if (looking !== 403) return
    expect(looked.json()).toEqual({ message: expect.stringContaining("the token 'grafana' may only read") })
    expect(looked.headers['www-authenticate']).toContain('error="insufficient_scope"')
  })
})

describe('what is shown', () => {
  it.each([
    ["Kong's header", { 'kong-admin-token': 'looks' }, 200],
    ['a bearer token', { authorization: 'Bearer looks' }, 200],
    ['a scheme in other letters', { authorization: 'bearer   looks ' }, 200],
    [
      "Kong's header, and what a proxy asks for",
      { 'kong-admin-token': 'looks', authorization: 'Basic eDp5' },
      200,
    ],
    [
      "a wrong one in Kong's header beside a right one",
      { 'kong-admin-token': 'x', authorization: 'Bearer looks' },
      401,
    ],
    ['a wrong token', { authorization: 'Bearer x' }, 401],
    ['a password', { authorization: 'Basic bG9va3M6bG9va3M=' }, 401],
    ['an empty header', { 'kong-admin-token': '' }, 401],
    ['nothing', {}, 401],
  ])('%s → %s', async (_what, headers, status) => {
    expect((await ask('GET /services', headers)).statusCode).toBe(status)
  })

  it('is asked for in the words of RFC 6750, readable for pages of other origins', async () => {
    const bare = await ask('GET /services', { origin: 'http://manager.test' })
    expect(bare.headers).toMatchObject({
      'www-authenticate': 'Bearer realm="Admin API"',
      'access-control-allow-origin': 'http://manager.test',
    })
    expect(bare.json()).toEqual({ message: expect.stringContaining('Kong-Admin-Token') })
    const wrong = await ask('GET /services', { 'kong-admin-token': 'x' })
    expect(wrong.headers['www-authenticate']).toBe('Bearer realm="Admin API", error="invalid_token"')
  })
})

describe('what is shown to nobody who is unknown', () => {
  beforeAll(async () => {
    app = await guarded()
  })
  const preflight = { origin: 'http://manager.test', 'access-control-request-method': 'PATCH' }

  it.each([
    ['a probe', 'GET /status/ready', {}, 200],
    ['a look at the process', 'HEAD /status', {}, 200],
    ['a probe with a wrong token', 'GET /status/ready', { 'kong-admin-token': 'x' }, 200],
    ['what a browser asks first', 'OPTIONS /services', preflight, 204],
    ['the verbs of a path', 'OPTIONS /services', {}, 401],
    ['a path that is not there', 'GET /nowhere', {}, 401],
    ['the root', 'GET /', {}, 401],
    ['metrics', 'GET /metrics', {}, 401],
    ['a write to a probe', 'POST /status/ready', {}, 401],
    ['a body that is none', 'POST /services {', { 'content-type': 'text/plain' }, 401],
  ])('%s: %s', async (_what, request, headers, status) => {
    expect((await ask(request, headers)).statusCode).toBe(status)
  })
})

describe('who guesses', () => {
  it('is put off, and told for how long', async () => {
    app = await guarded()
    await ask('GET /services', { 'kong-admin-token': 'looks' })
    const guesses = await Promise.all(
      Array.from({ length: 60 }, (_, each) => ask('GET /services', { 'kong-admin-token': `guess-${each}` })),
    )
    const answered = guesses.map(({ statusCode }) => statusCode)
    expect(answered).toEqual([...Array<number>(10).fill(401), ...Array<number>(50).fill(429)])
    expect(guesses.at(-1)?.headers['retry-after']).toBe('1')
    expect((await ask('GET /services', { 'kong-admin-token': 'looks' })).statusCode).toBe(200)
  })

  it('is not whom a browser asks for beforehand, however often', async () => {
    app = await guarded()
    const headers = { origin: 'http://manager.test', 'access-control-request-method': 'GET' }
    const asked = await Promise.all(Array.from({ length: 60 }, () => ask('OPTIONS /services', headers)))
    expect(asked.every(({ statusCode }) => statusCode === 204)).toBe(true)
    expect((await ask('GET /services', {})).statusCode).toBe(401)
  })
})

describe('callerOf', () => {
  it.each([
    ['a token', { 'kong-admin-token': 'looks' }, { name: 'grafana', proof: 'token', role: 'read-only' }],
    ['nobody', {}, { name: null, proof: 'none', role: 'write' }],
  ])('tells of %s', async (_what, headers, expected) => {
    const gate = 'kong-admin-token' in headers ? aGate({ tokens }) : aGate()
    const telling = anAdminOf(await aMemoryBackend(), { gate })
    telling.get('/who', async (request) => callerOf(request))
    const answer = await telling.inject({ url: '/who', headers, remoteAddress: '::ffff:192.0.2.1' })
    expect(answer.json()).toEqual({ ...expected, address: '192.0.2.1' })
  })
})
