import type { Entity } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { aConsumer, aContext, type ContextFixture } from '../fixtures.ts'
import { keyAuth } from './handler.ts'
import type { KeyAuthConfig } from './schema.ts'

const ann = aConsumer()
const guest = aConsumer({ id: '99999999-9999-4999-8999-999999999999', username: 'guest', custom_id: null })
const credential: Entity = { id: '22222222-2222-4222-8222-222222222222', key: 'kong' }
const known: ContextFixture = {
  consumers: [ann, guest],
  credentials: { 'keyauth_credentials/kong': { credential, consumer: ann } },
}

const missing = {
  status: 401,
  error: 'No API key found in request',
  headers: { 'WWW-Authenticate': 'Key realm="kong"' },
}
const repeated = { status: 401, error: 'Duplicate API key found' }
const unknown = { status: 401, error: 'Invalid authentication credentials' }

describe('key-auth', () => {
  it.each<[string, Partial<KeyAuthConfig>, ContextFixture, unknown]>([
    ['no key', {}, {}, missing],
    ['an empty key', {}, { headers: { apikey: '' } }, missing],
    ['an empty key in the query', {}, { query: 'apikey=' }, missing],
    ['a name without a value in the query', {}, { query: 'apikey' }, missing],
    ['an unknown key', {}, { headers: { apikey: 'wrong' } }, unknown],
    ['a known key in a header', {}, { headers: { apikey: 'kong' } }, undefined],
    ['a header in other letters', {}, { headers: { ApiKey: 'kong' } }, undefined],
    ['a known key in the query', {}, { query: 'a=1&apikey=kong' }, undefined],
    ['a query name in other letters', {}, { query: 'ApiKey=kong' }, missing],
    ['a query name with brackets', {}, { query: 'apikey[]=kong' }, missing],
    ['a repeated header', {}, { headers: { apikey: ['kong', 'kong'] } }, repeated],
    ['a repeated query argument', {}, { query: 'apikey=kong&apikey=kong' }, repeated],
    [
      'a header and a query argument: the header counts',
      {},
      { headers: { apikey: 'kong' }, query: 'apikey=no' },
      undefined,
    ],
    ['a header, switched off', { key_in_header: false }, { headers: { apikey: 'kong' } }, missing],
    ['a query argument, switched off', { key_in_query: false }, { query: 'apikey=kong' }, missing],
    ['the second of two names', { key_names: ['x', 'y'] }, { headers: { y: 'kong' } }, undefined],
    ['the first of two names', { key_names: ['x', 'y'] }, { headers: { x: 'no', y: 'kong' } }, unknown],
    ['OPTIONS', {}, { method: 'OPTIONS' }, missing],
    ['OPTIONS, not on preflight', { run_on_preflight: false }, { method: 'OPTIONS' }, undefined],
    ['GET, not on preflight', { run_on_preflight: false }, {}, missing],
  ])('answers %s', async (_title, config, fixture, expected) => {
    expect(await access(config, aContext({ ...known, ...fixture }))).toEqual(expected)
  })

  it('believes nothing that a client says of itself where it lets it pass unasked', async () => {
    const headers = { 'X-Consumer-Username': 'forged', 'X-Anonymous-Consumer': 'true', 'x-a': '1' }
    const context = aContext({ ...known, method: 'OPTIONS', headers })
    await access({ run_on_preflight: false }, context)
    expect([...context.request.headers.entries()]).toEqual([['x-a', '1']])
    const others = aContext({ ...known, method: 'OPTIONS', headers, consumer: aConsumer() })
    await access({ run_on_preflight: false }, others)
    expect(others.request.headers.get('X-Anonymous-Consumer')).toBe('true')
  })

  it('tells later plugins and the upstream who it is, whatever the client claims', async () => {
    const context = aContext({
      ...known,
      headers: {
        apikey: 'kong',
        'X-Consumer-ID': 'forged',
        'X-Credential-Identifier': 'forged',
        'X-Anonymous-Consumer': 'true',
      },
    })
    await access({}, context)
    expect(context).toMatchObject({ consumer: ann, credential })
    expect(Object.fromEntries(context.request.headers.entries())).toEqual({
      apikey: 'kong',
      'x-consumer-id': ann.id,
      'x-consumer-custom-id': 'A-1',
      'x-consumer-username': 'ann',
      'x-credential-identifier': credential.id,
    })
  })

  it('asks for the body only where a key may be in it', () => {
    expect(keyAuth.create({ ...DEFAULTS }).needs).toEqual({})
    expect(keyAuth.create({ ...DEFAULTS, key_in_body: true }).needs).toHaveProperty('requestBody.limit')
  })
})

describe('key-auth with the key in the body', () => {
  const form = 'application/x-www-form-urlencoded'
  const multipart = (...parts: string[]) =>
    `${parts.map((part) => `--b\r\nContent-Disposition: form-data; name="${part}\r\n`).join('')}--b--\r\n`

  it.each([
    ['a form', form, 'x=1&apikey=kong', undefined],
    ['a form with the name twice', form, 'apikey=kong&apikey=kong', repeated],
    ['JSON', 'application/json', '{"apikey":"kong"}', undefined],
    ['JSON of a charset', 'Application/JSON; charset=utf-8', '{"apikey":"kong"}', undefined],
    ['JSON with a list', 'application/json', '{"apikey":["kong","kong"]}', repeated],
    ['JSON with a number', 'application/json', '{"apikey":1}', missing],
    ['JSON with a null', 'application/json', '{"apikey":null}', missing],
    ['a JSON list', 'application/json', '["apikey"]', missing],
    ['broken JSON', 'application/json', '{"apikey":', missing],
    [
      'multipart',
      'multipart/form-data; boundary=b',
      multipart('x"\r\n\r\n1', 'apikey"\r\n\r\nkong'),
      undefined,
    ],
    ['plain text', 'text/plain', 'apikey=kong', missing],
    ['an empty form', form, '', missing],
  ])('reads %s', async (_title, type, body, expected) => {
    const context = aContext({ ...known, method: 'POST', headers: { 'Content-Type': type }, body })
    expect(await access({ key_in_body: true }, context)).toEqual(expected)
  })

  it('is without one where the body was not buffered', async () => {
    const context = aContext({ ...known, method: 'POST', headers: { 'Content-Type': form } })
    expect(await access({ key_in_body: true }, context)).toEqual(missing)
  })

  it('does not look there unless told to', async () => {
    const context = aContext({ ...known, headers: { 'Content-Type': form }, body: 'apikey=kong' })
    expect(await access({}, context)).toEqual(missing)
  })

  it.each([
    [form, 'b=%20&apikey=kong&a=+1', 'b=%20&a=+1'],
    ['application/json', '{"b":[1],"apikey":"kong"}', '{"b":[1]}'],
    [
      'multipart/form-data; boundary="b"',
      multipart('x"\r\n\r\nü', 'apikey"\r\n\r\nkong'),
      multipart('x"\r\n\r\nü'),
    ],
  ])('takes it out of %s and leaves the rest', async (type, body, expected) => {
    const context = aContext({ ...known, headers: { 'Content-Type': type }, body })
    expect(await access({ key_in_body: true, hide_credentials: true }, context)).toBeUndefined()
    expect(Buffer.from(context.request.body?.bytes ?? []).toString()).toBe(expected)
  })
})

describe('key-auth that hides credentials', () => {
  it('takes the key out of header and query, wherever it was found', async () => {
    const context = aContext({ ...known, headers: { apikey: 'kong' }, query: 'b=2&apikey=kong&a=1' })
    await access({ hide_credentials: true }, context)
    expect(context.request.headers.getAll('apikey')).toEqual([])
    expect([...context.request.query.entries()]).toEqual([
      ['b', '2'],
      ['a', '1'],
    ])
  })

  it('leaves them in without being told', async () => {
    const context = aContext({ ...known, headers: { apikey: 'kong' }, query: 'apikey=kong' })
    await access({}, context)
    expect(context.request.headers.get('apikey')).toBe('kong')
    expect(context.request.query.has('apikey')).toBe(true)
  })
})

describe('key-auth with an anonymous consumer', () => {
  it.each([
    ['no key', {}],
    [
      'a wrong key and forged headers',
      { headers: { apikey: 'wrong', 'X-Credential-Identifier': 'forged', 'X-Consumer-Custom-ID': 'forged' } },
    ],
  ])('continues as that consumer with %s', async (_title, fixture) => {
    for (const anonymous of ['guest', guest.id]) {
      const context = aContext({ ...known, ...fixture })
      expect(await access({ anonymous }, context)).toBeUndefined()
      expect(context).toMatchObject({ consumer: guest, credential: null })
      expect(Object.fromEntries(context.request.headers.entries())).toMatchObject({
        'x-consumer-id': guest.id,
        'x-consumer-username': 'guest',
        'x-anonymous-consumer': 'true',
      })
      expect(context.request.headers.get('X-Credential-Identifier')).toBeUndefined()
      expect(context.request.headers.get('X-Consumer-Custom-ID')).toBeUndefined()
    }
  })

  it('is not anonymous with a good key', async () => {
    const context = aContext({ ...known, headers: { apikey: 'kong' } })
    await access({ anonymous: 'guest' }, context)
    expect(context.consumer).toBe(ann)
    expect(context.request.headers.get('X-Anonymous-Consumer')).toBeUndefined()
  })

  it('is skipped when another plugin has accepted a credential', async () => {
    const other: Entity = { id: 'another' }
    const context = aContext({ ...known, consumer: ann, credential: other, headers: { apikey: 'wrong' } })
    expect(await access({ anonymous: 'guest' }, context)).toBeUndefined()
    expect(context).toMatchObject({ consumer: ann, credential: other })
  })

  it('must pass as well when it has none', async () => {
    const context = aContext({ ...known, consumer: ann, credential: { id: 'another' } })
    expect(await access({}, context)).toEqual(missing)
  })

  it('fails when that consumer does not exist', async () => {
    expect(await access({ anonymous: 'nobody' }, aContext(known))).toEqual({
      status: 500,
      body: { message: 'An unexpected error occurred' },
    })
  })
})

const DEFAULTS: KeyAuthConfig = {
  key_names: ['apikey'],
  hide_credentials: false,
  anonymous: null,
  key_in_header: true,
  key_in_query: true,
  key_in_body: false,
  run_on_preflight: true,
}

async function access(config: Partial<KeyAuthConfig>, context: ReturnType<typeof aContext>) {
  return keyAuth.create({ ...DEFAULTS, ...config }).access?.(context)
}
