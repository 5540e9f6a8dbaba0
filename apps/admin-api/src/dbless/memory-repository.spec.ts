import type { FastifyInstance } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { aDocument, load, MY_SERVICE } from '../fixtures/a-document.ts'
import { aDblessAdmin } from '../fixtures/memory.ts'

let app: FastifyInstance
beforeAll(async () => {
  app = await aDblessAdmin()
  await load(app, aDocument)
})

const get = async (url: string) => (await app.inject(url)).json()

describe('a read, without a database', () => {
  it('pages by a number', async () => {
    const first = await get('/services?size=1')
    expect(first).toMatchObject({ offset: 'MQ', next: '/services?offset=MQ&size=1' })
    const second = await get(first.next)
    expect([...first.data, ...second.data].map(({ name }) => name).toSorted()).toEqual([
      'my-service',
      'other',
    ])
    expect(second).toMatchObject({ next: null })
  })

  it.each([
    ['x', "'x' is not a valid offset: bad base64 encoding"],
    ['cG90YXRv', "'cG90YXRv' is not a valid offset: bad json encoding"],
  ])('refuses the offset %s', async (offset, message) => {
    expect(await get(`/routes?offset=${offset}`)).toEqual({ code: 7, name: 'invalid offset', message })
  })

  it.each([
    ['/services?tags=x,y', ['my-service']],
    ['/services?tags=x/y', ['my-service', 'other']],
    ['/services/my-service/routes', ['my-route']],
    ['/services/other/routes', []],
  ])('%s finds %j', async (url, names) => {
    const { data }: { data: { name: string }[] } = await get(url)
    expect(data.map(({ name }) => name).toSorted()).toEqual(names)
  })

  it('finds by what is unique, and nothing below another parent', async () => {
    expect(await get('/consumers/me/key-auth/l')).toMatchObject({ key: 'l', ttl: null })
    expect((await app.inject('/services/other/routes/my-route')).statusCode).toBe(404)
    expect(await get('/routes/my-route/service')).toMatchObject({ id: MY_SERVICE })
    expect((await get('/upstreams/up/targets')).data).toHaveLength(2)
  })

  it('tells every tag', async () => {
    const rows: { tag: string }[] = (await get('/tags')).data
    expect(rows.map(({ tag }) => tag).toSorted()).toEqual(['x', 'y', 'y'])
    expect(await get('/tags/x')).toEqual({
      data: [{ tag: 'x', entity_name: 'services', entity_id: MY_SERVICE }],
      next: null,
    })
  })
})
