import type { FastifyInstance } from 'fastify'
import { beforeEach, describe, expect, it } from 'vitest'
import { aDocument, load, MISSING, MY_SERVICE } from '../fixtures/a-document.ts'
import { aDblessAdmin } from '../fixtures/memory.ts'

let app: FastifyInstance
beforeEach(async () => {
  app = await aDblessAdmin()
})

const get = async (url: string) => (await app.inject(url)).json()

describe('a document, without a database', () => {
  it('is taken again for nothing: what it says stays what it is', async () => {
    const first = await load(app, JSON.stringify(aDocument))
    const second = await load(app, JSON.stringify(aDocument))
    const { keyauth_credentials: _, ...same } = first.json()
    expect(second.json()).toMatchObject(same)
    expect(first.headers['x-biplane-revision']).toBe('1')
    const third = await load(app, JSON.stringify({ ...aDocument, consumers: [] }))
    expect(third.json()).not.toHaveProperty('consumers')
  })

  it('is not taken where it is the current one and its hash is asked about', async () => {
    const text = '_format_version: "3.0"\nconsumers:\n- username: me\n'
    expect((await load(app, text, '?check_hash=1')).statusCode).toBe(201)
    expect((await load(app, text, '?check_hash=1')).statusCode).toBe(304)
    expect((await load(app, text.replace('me\n', 'you\n'), '?check_hash=1')).statusCode).toBe(201)
  })

  it('alone says which ids there are, whatever was there before', async () => {
    await load(app, {
      _format_version: '3.0',
      services: [{ id: MISSING, name: 'my-service', host: 'a.test' }],
    })
    expect(await get('/services/my-service')).toMatchObject({ id: MISSING })
    await load(app, { _format_version: '3.0', services: [{ name: 'my-service', host: 'a.test' }] })
    expect(await get('/services/my-service')).toMatchObject({ id: MY_SERVICE })
  })

  it('that is broken changes nothing', async () => {
    await load(app, aDocument)
    expect((await load(app, { _format_version: '3.0', services: [{ port: -1 }] })).statusCode).toBe(400)
    expect((await get('/services')).data).toHaveLength(2)
  })

  it('tells what it would change, and does not', async () => {
    await load(app, aDocument)
    const told = await load(app, { _format_version: '3.0', consumers: [{ username: 'me' }] }, '?dry_run=1')
    expect(told.json().removed).toHaveLength(8)
    expect((await get('/services')).data).toHaveLength(2)
  })
})

describe('what a control plane without a database tells of itself', () => {
  const NOTHING = '0'.repeat(32)

  it('has no configuration before one was loaded, and is not ready', async () => {
    expect(await get('/status')).toMatchObject({
      configuration_hash: NOTHING,
      database: { reachable: true },
    })
    const ready = await app.inject('/status/ready')
    expect(ready.statusCode).toBe(503)
    expect(ready.json()).toEqual({ message: 'no configuration available (empty configuration present)' })
  })

  it.each([
    ['a config', aDocument],
    ['an empty one', { _format_version: '3.0' }],
  ])('has one, and is ready, with %s', async (_, loaded) => {
    await load(app, loaded)
    expect((await app.inject('/status/ready')).statusCode).toBe(200)
    const { configuration_hash: hash } = await get('/status')
    expect(hash).toMatch(/^[0-9a-f]{32}$/)
    expect(hash).not.toBe(NOTHING)
  })

  it('is alone: there is no cluster to change the log level of', async () => {
    const answer = await app.inject({ method: 'PUT', url: '/debug/cluster/log-level/debug' })
    expect(answer.statusCode).toBe(405)
    expect(answer.json()).toEqual({ message: 'cannot change log level when not using a database' })
    expect(await get('/debug/node/log-level')).toEqual({ message: 'log level: notice' })
  })

  it('measures itself', async () => {
    await load(app, aDocument)
    const { body } = await app.inject('/metrics')
    expect(body).toContain('biplane_revision 1\n')
    expect(body).toContain('kong_datastore_reachable 1\n')
  })

  it('has no nodes', async () =>
    expect(await get('/clustering/data-planes')).toEqual({ data: [], next: null }))
})

describe('a config to start with', () => {
  it('is there', async () => {
    app = await aDblessAdmin('_format_version: "3.0"\nconsumers:\n- username: me\n')
    expect((await get('/consumers')).data).toMatchObject([{ username: 'me', custom_id: null, tags: null }])
  })

  it.each([
    ['services:\n  - name: [', /^declarative_config_string: it cannot be read: 2:12: /],
    [
      '_format_version: "3.0"\nservices:\n- name: a\n',
      /in entry 1 of 'services':\n {4}in 'host': required field missing$/,
    ],
  ])('stops the start where it is broken: %j', async (text, message) => {
    await expect(aDblessAdmin(text)).rejects.toThrow(message)
  })
})
