import type { FastifyInstance } from 'fastify'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { anAdmin, useDatabases } from '../fixtures/admin.ts'
import scenarios from '../fixtures/config-scenarios.json' with { type: 'json' }
import { play, type Scenario } from '../fixtures/scenario.ts'

const databases = useDatabases()
let app: FastifyInstance

beforeAll(async () => {
  app = anAdmin(await databases.migrated())
})
beforeEach(async () => {
  await post({ _format_version: '3.0' })
})

const SHOP = '0855b320-0dd2-547d-891d-601e9b38647f'
const document = {
  _format_version: '3.0',
  services: [
    {
      name: 'my-service',
      url: 'https://example.test',
      routes: [{ name: 'my-route', paths: ['/'], plugins: [{ name: 'key-auth' }] }],
    },
  ],
  consumers: [{ username: 'my-user', keyauth_credentials: [{ key: 'my-key' }] }],
}

const post = (payload: object | string, query = '', type = 'application/json') =>
  app.inject({ method: 'POST', url: `/config${query}`, headers: { 'content-type': type }, payload })
const get = async (url: string) => (await app.inject(url)).json()
const exported = async (): Promise<string> => (await get('/config')).config

describe('POST /config', () => {
  it('makes the document the config, as one revision', async () => {
    const before = await app.inject({ method: 'PUT', url: '/consumers/someone' })
    const answer = await post(document)
    expect(answer.statusCode).toBe(201)
    expect(answer.headers['x-biplane-revision']).toBe(
      String(Number(before.headers['x-biplane-revision']) + 1),
    )
    expect(answer.json()).toMatchObject({
      services: { [SHOP]: { name: 'my-service', host: 'example.test', protocol: 'https', port: 443 } },
      routes: { '481a9539-f49c-51b6-b2e2-fe99ee68866c': { name: 'my-route', service: { id: SHOP } } },
      consumers: { '4b1b701d-de2b-5588-9aa2-3b97061d9f52': { username: 'my-user' } },
    })
    expect((await get('/routes/my-route/plugins')).data).toHaveLength(1)
    expect(await get('/consumers/my-user/key-auth/my-key')).toMatchObject({ ttl: null })
  })

  it('replaces what was there, and keeps what it names by its id', async () => {
    const created = await app.inject({
      method: 'POST',
      url: '/services',
      payload: { name: 'my-service', host: 'a.test' },
    })
    await app.inject({ method: 'POST', url: '/consumers', payload: { username: 'gone' } })
    const answer = await post(document)
    expect(Object.keys(answer.json().services)).toEqual([created.json().id])
    expect((await get('/consumers')).data).toMatchObject([{ username: 'my-user' }])
    expect(await get('/services/my-service')).toMatchObject({
      created_at: created.json().created_at,
      host: 'example.test',
    })
  })

  it.each([
    ['JSON in a member', JSON.stringify({ config: JSON.stringify(document) }), 'application/json'],
    [
      'YAML in a member',
      JSON.stringify({ config: '_format_version: "3.0"\nconsumers:\n- username: my-user\n' }),
      'application/json',
    ],
    [
      'YAML in a form',
      String(new URLSearchParams({ config: '_format_version: "3.0"\nconsumers: [{username: my-user}]' })),
      'application/x-www-form-urlencoded',
    ],
    ['YAML', '_format_version: "3.0"\nconsumers: [{username: my-user}]', 'text/yaml'],
    ['YAML of another type', '_format_version: "3.0"\nconsumers: [{username: my-user}]', 'application/yaml'],
  ])('takes %s', async (_, payload, type) => {
    expect((await post(payload, '', type)).statusCode).toBe(201)
    expect(await get('/consumers/my-user')).toMatchObject({ username: 'my-user' })
  })

  it('takes a file of a form', async () => {
    const body = new FormData()
    body.set('config', new File(['_format_version: "3.0"\nconsumers: [{username: my-user}]'], 'kong.yml'))
    const request = new Request('http://x', { method: 'POST', body })
    const payload = Buffer.from(await request.arrayBuffer())
    expect(
      (await post(payload as unknown as object, '', request.headers.get('content-type') ?? '')).statusCode,
    ).toBe(201)
  })

  it.each([
    ['a text of no type', '_format_version: "3.0"', undefined, 415],
    ['a text of an odd type', '_format_version: "3.0"', 'text/plain', 415],
    ['nothing of no type', '', undefined, 400],
    ['nothing of a form', '', 'application/x-www-form-urlencoded', 400],
  ])('refuses %s', async (_, payload, type, status) => {
    const headers = type === undefined ? {} : { 'content-type': type }
    const answer = await app.inject({ method: 'POST', url: '/config', headers, payload })
    expect([answer.statusCode, answer.body]).toEqual([
      status,
      status === 415 ? '' : '{"message":"expected a declarative configuration"}',
    ])
  })

  it.each([
    ['nothing, called JSON', '', 400, { message: 'Cannot parse JSON body' }],
    ['broken JSON', '{', 400, { message: 'Cannot parse JSON body' }],
    [
      'what is no document',
      { config: 'bobby tables' },
      400,
      {
        code: 14,
        name: 'invalid declarative configuration',
        message:
          'declarative config is invalid: {error="failed parsing declarative configuration: expected an object"}',
        fields: { error: 'failed parsing declarative configuration: expected an object' },
      },
    ],
    [
      'a document without a format',
      { services: [] },
      400,
      {
        code: 14,
        name: 'invalid declarative configuration',
        message: 'declarative config is invalid: {_format_version="required field missing"}',
        fields: { _format_version: 'required field missing' },
      },
    ],
    [
      'a faulty document',
      { _format_version: '3.0', services: [{ port: -12 }] },
      400,
      {
        code: 14,
        name: 'invalid declarative configuration',
        message:
          'declarative config is invalid: {services={{host="required field missing",port="value should be between 0 and 65535"}}}',
        fields: {
          services: [{ host: 'required field missing', port: 'value should be between 0 and 65535' }],
        },
      },
    ],
  ])('refuses %s, and changes nothing', async (_, payload, status, body) => {
    await post(document)
    const before = await exported()
    const answer = await post(payload)
    expect([answer.statusCode, answer.json()]).toEqual([status, body])
    expect(await exported()).toBe(before)
  })

  it('tells errors by entity when asked to', async () => {
    const faulty = { _format_version: '3.0', nope: 1, services: [{ name: 's', host: 'h.test', port: 'x' }] }
    const answer = await post(faulty, '?flatten_errors=1')
    expect(answer.statusCode).toBe(400)
    expect(answer.json()).toEqual({
      code: 14,
      name: 'invalid declarative configuration',
      message: 'declarative config is invalid: {nope="unknown field"}',
      fields: { nope: 'unknown field' },
      flattened_errors: [
        {
          entity_type: 'service',
          entity_name: 's',
          entity: { name: 's', host: 'h.test', port: 'x' },
          errors: [{ type: 'field', field: 'port', message: 'expected an integer' }],
        },
      ],
    })
  })

  it('answers 304 to a text that changes nothing, when asked to check', async () => {
    const text = JSON.stringify({ config: JSON.stringify(document) })
    expect((await post(text, '?check_hash=1')).statusCode).toBe(201)
    const again = await post(text, '?check_hash=1')
    expect([again.statusCode, again.body]).toEqual([304, ''])
    expect((await post(document, '?check_hash=1')).statusCode).toBe(201)
    expect((await post(text)).statusCode).toBe(201)
  })

  it('tells what it would change, and changes nothing', async () => {
    await post(document)
    const before = await exported()
    const { consumers: _, ...rest } = document
    const next = {
      ...rest,
      services: [
        { name: 'my-service', url: 'https://example.test', retries: 7 },
        { name: 'new', host: 'n.test' },
      ],
    }
    const answer = await post(next, '?dry_run=1')
    expect(answer.statusCode).toBe(200)
    const { added, changed, removed } = answer.json()
    expect(added).toMatchObject([{ kind: 'services', entity: { name: 'new' } }])
    expect(changed).toMatchObject([
      { kind: 'services', id: SHOP, fields: [{ field: 'retries', before: 5, after: 7 }] },
    ])
    expect(removed.map(({ kind }: { kind: string }) => kind)).toEqual([
      'routes',
      'consumers',
      'plugins',
      'keyauth_credentials',
    ])
    expect(await exported()).toBe(before)
  })
})

describe('a document longer than other bodies may be', () => {
  it('is taken', async () => {
    const _comment = 'x'.repeat(11 * 1024 * 1024)
    expect((await post({ ...document, _comment }, '?dry_run=1')).statusCode).toBe(200)
  })
})

describe('what clients of Kong see of a config', () => {
  // The file is read as data, so its type is stated here.
  it.each(scenarios as unknown as readonly Scenario[])('$title', (scenario) => play(app, scenario))
})

describe('GET /config', () => {
  it('exports a document that changes nothing when it comes back', async () => {
    await post({
      ...document,
      consumers: [{ username: 'ann', basicauth_credentials: [{ username: 'a', password: 'secret' }] }],
    })
    const text = await exported()
    expect(text).toContain('_format_version: "3.0"\n_transform: false\n')
    expect((await post(text, '?dry_run=1', 'text/yaml')).json()).toEqual({
      added: [],
      changed: [],
      removed: [],
    })
    expect((await post(text, '?check_hash=1', 'text/yaml')).statusCode).toBe(304)
    expect(await exported()).toBe(text)
  })

  it('exports no more than there is, while what has expired is not yet swept away', async () => {
    await post({
      _format_version: '3.0',
      sessions: [
        { session_id: 'gone', expires_at: 1 },
        { session_id: 'there', ttl: 1000 },
      ],
    })
    const { statusCode, body } = await post(await exported(), '?dry_run=1', 'text/yaml')
    expect([statusCode, JSON.parse(body)]).toEqual([200, { added: [], changed: [], removed: [] }])
  })

  it('leaves out what has expired', async () => {
    const keys = [{ key: 'dead', expires_at: 1 }, { key: 'alive' }]
    await post({ _format_version: '3.0', consumers: [{ username: 'ann', keyauth_credentials: keys }] })
    expect(await exported()).toContain('alive')
    expect(await exported()).not.toContain('dead')
  })

  it('offers no other verbs', async () => {
    expect((await app.inject({ method: 'OPTIONS', url: '/config' })).headers.allow).toBe(
      'GET, HEAD, OPTIONS, POST',
    )
    expect((await app.inject({ method: 'PUT', url: '/config' })).statusCode).toBe(405)
  })
})
