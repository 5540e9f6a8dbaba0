import type { JsonObject } from '@biplane/entities'
import type { FastifyInstance } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { anAdmin, useDatabases } from '../fixtures/admin.ts'
import { aName } from '../fixtures/examples.ts'

const databases = useDatabases()
let app: FastifyInstance

beforeAll(async () => {
  app = anAdmin(await databases.migrated())
})

describe('the targets of an upstream', () => {
  it('are listed with the newest first, and paged by number', async () => {
    const path = await anUpstream()
    const made = []
    for (const nth of [1, 2, 3, 4, 5])
      made.push(await create(path, { target: `t${nth}.test:80`, created_at: nth }))
    const first = (await send('GET', `${path}?size=2`)).json<Page>()
    expect(first).toMatchObject({ offset: '2', next: `${path}?offset=2` })
    const second = (await send('GET', `${path}?size=2&offset=2`)).json<Page>()
    const last = (await send('GET', `${path}?size=2&offset=4`)).json<Page>()
    expect(last).toEqual({ data: [made[0]], next: null })
    expect([...first.data, ...second.data, ...last.data]).toEqual(made.toReversed())
    const all = (await send('GET', `${path}/all?size=5`)).json<Page>()
    expect(all.data.map(({ id }) => id)).toEqual(made.map(({ id }) => String(id)).toSorted())
  })

  it.each([
    ['nothing', 'size=0', 3],
    ['more than there can be', 'size=100000', 3],
    ['a place beyond the end', 'offset=99', 0],
  ])('are listed whatever page is asked for: %s', async (_, query, length) => {
    const path = await anUpstream()
    for (const nth of [1, 2, 3]) await create(path, { target: `t${nth}.test` })
    expect((await send('GET', `${path}?${query}`)).json<Page>().data).toHaveLength(length)
  })

  it.each([
    ['from a place that is none', 'offset=x', 7],
    ['in pages of a size that is no number', 'size=x', 9],
    ['by tags that are malformed', 'tags=a,b/c', 11],
  ])('are not listed %s', async (_, query, code) => {
    const answer = await send('GET', `${await anUpstream()}?${query}`)
    expect([answer.statusCode, answer.json()]).toMatchObject([400, { code }])
  })

  it('go by their names in their own upstream only', async () => {
    const [one, other] = [await anUpstream(), await anUpstream()]
    const mine = await create(one, { target: 'same.test:80', weight: 1 })
    const theirs = await create(other, { target: 'same.test:80', weight: 2 })
    expect((await send('GET', `${one}/same.test:80`)).json()).toEqual(mine)
    expect((await send('GET', `${other}/same.test:80`)).json()).toEqual(theirs)
    expect((await send('GET', `${one}/${theirs.id}`)).statusCode).toBe(404)
    expect((await send('DELETE', `${other}/same.test:80`)).statusCode).toBe(204)
    expect((await send('GET', `${one}/same.test:80`)).json()).toEqual(mine)
  })

  it.each(['PUT', 'PATCH'] as const)('are changed and never created by %s', async (method) => {
    const path = await anUpstream()
    const target = await create(path, { target: 'a.test:80', tags: ['t'] })
    const changed = await send(method, `${path}/a.test:80`, { weight: 0 })
    expect(changed.json()).toMatchObject({ id: target.id, weight: 0, tags: ['t'] })
    const missing = await send(method, `${path}/b.test:80`, { weight: 0 })
    expect([missing.statusCode, missing.json()]).toEqual([404, { message: 'Not found' }])
    expect((await send(method, `${path}/not a target`, {})).statusCode).toBe(404)
  })

  it('are created and changed at a time with a fraction', async () => {
    const path = await anUpstream()
    const times = []
    for (const nth of [1, 2, 3]) times.push((await create(path, { target: `t${nth}.test` })).created_at)
    expect(times.some((time) => !Number.isInteger(time))).toBe(true)
  })

  it('go with their upstream, and have no collection of their own', async () => {
    const path = await anUpstream()
    await create(path, { target: 'a.test' })
    expect((await send('DELETE', path.replace('/targets', ''))).statusCode).toBe(204)
    expect((await send('GET', path)).statusCode).toBe(404)
    expect((await send('GET', '/targets')).statusCode).toBe(404)
  })
})

interface Page {
  readonly data: readonly JsonObject[]
  readonly next: string | null
}

async function anUpstream(): Promise<string> {
  const { id } = await create('/upstreams', { name: aName() })
  return `/upstreams/${id}/targets`
}

async function create(path: string, body: JsonObject): Promise<JsonObject> {
  const answer = await send('POST', path, body)
  expect(answer.statusCode, answer.body).toBe(201)
  return answer.json()
}

function send(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, body?: JsonObject) {
  const headers = { 'content-type': 'application/json' }
  return app.inject({ method, url: encodeURI(url), ...(body && { headers, payload: JSON.stringify(body) }) })
}
