import { type Database, readHead } from '@biplane/database'
import type { JsonObject } from '@biplane/entities'
import type { FastifyInstance } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { anAdmin, useDatabases } from '../fixtures/admin.ts'
import { aName } from '../fixtures/examples.ts'

const databases = useDatabases()
let db: Database
let app: FastifyInstance

beforeAll(async () => {
  db = await databases.migrated()
  app = anAdmin(db)
})

describe('a group of consumers', () => {
  it('is shown with who is in it and with its plugins, as far as there are any', async () => {
    const group = await create('/consumer_groups', { name: aName() })
    const path = `/consumer_groups/${group.name}`
    expect((await send('GET', path)).json()).toEqual({ consumer_group: group })
    const [alice, bob] = [await aConsumer(), await aConsumer()]
    for (const { username } of [alice, bob]) await create(`${path}/consumers`, { consumer: username ?? null })
    const plugin = await create(`${path}/plugins`, { name: 'request-size-limiting' })
    expect(plugin).toMatchObject({ consumer_group: { id: group.id }, consumer: null })
    const shown = (await send('GET', `/consumer_groups/${group.id}`)).json<{ consumers: JsonObject[] }>()
    expect(shown).toMatchObject({ consumer_group: group, plugins: [plugin] })
    expect(idsOf(shown.consumers)).toEqual(idsOf([alice, bob]))
    const without = (await send('GET', `${path}?list_consumers=false`)).json()
    expect(Object.keys(without)).toEqual(['consumer_group', 'plugins'])
  })

  it.each([
    ['its name', 'username'],
    ['another name', 'custom_id'],
    ['its id', 'id'],
  ])('takes in a consumer by %s', async (_, field) => {
    const [group, consumer] = [await aGroup(), await aConsumer()]
    const joined = await send('POST', `/consumer_groups/${group.id}/consumers`, {
      consumer: String(consumer[field]),
    })
    expect([joined.statusCode, joined.json()]).toEqual([
      201,
      { consumer_group: group, consumers: [consumer] },
    ])
    expect((await send('GET', `/consumers/${consumer.id}/consumer_groups`)).json()).toEqual({
      consumer_groups: [group],
      next: null,
    })
  })

  it('is joined from the other side too, and by several at once in one revision', async () => {
    const [group, other] = [await aGroup(), await aGroup()]
    const consumer = await aConsumer()
    const before = (await readHead(db)).revision
    const joined = await send('POST', `/consumers/${consumer.username}/consumer_groups`, {
      group: [String(group.name), String(other.id)],
    })
    expect([joined.statusCode, joined.json()]).toEqual([201, { consumer, consumer_groups: [group, other] }])
    expect((await readHead(db)).revision).toBe(before + 1)
    expect(Number(joined.headers['x-biplane-revision'])).toBe(before + 1)
  })

  it('is joined once', async () => {
    const [group, consumer] = [await aGroup(), await aConsumer()]
    const path = `/consumer_groups/${group.id}/consumers`
    await create(path, { consumer: String(consumer.id) })
    const again = await send('POST', path, { consumer: String(consumer.id) })
    expect([again.statusCode, again.json()]).toMatchObject([409, { code: 5 }])
  })

  it('is left, by one and by all, from either side', async () => {
    const [group, other] = [await aGroup(), await aGroup()]
    const all = [await aConsumer(), await aConsumer(), await aConsumer()]
    for (const { id } of [group, other])
      await create(`/consumer_groups/${id}/consumers`, {
        consumer: all.map(({ username }) => String(username)),
      })
    const [first, second] = all.map(({ username }) => String(username))
    expect((await send('DELETE', `/consumer_groups/${group.name}/consumers/${first}`)).statusCode).toBe(204)
    expect((await send('DELETE', `/consumer_groups/${group.name}/consumers/${first}`)).statusCode).toBe(404)
    expect((await send('DELETE', `/consumers/${second}/consumer_groups/${group.id}`)).statusCode).toBe(204)
    expect(await membersOf(group)).toEqual(idsOf(all.slice(2)))
    expect((await send('DELETE', `/consumers/${second}/consumer_groups`)).statusCode).toBe(204)
    expect((await send('DELETE', `/consumer_groups/${group.id}/consumers`)).statusCode).toBe(204)
    expect((await send('DELETE', `/consumer_groups/${group.id}/consumers`)).statusCode).toBe(204)
    expect(await membersOf(group)).toEqual([])
    expect(await membersOf(other)).toEqual(idsOf([all[0] ?? {}, all[2] ?? {}]))
  })

  it('lists its consumers page by page', async () => {
    const group = await aGroup()
    const all = [await aConsumer(), await aConsumer(), await aConsumer()]
    const path = `/consumer_groups/${group.id}/consumers`
    await create(path, { consumer: all.map(({ id }) => String(id)) })
    const first = (await send('GET', `${path}?size=2`)).json<{ consumers: JsonObject[]; offset: string }>()
    const last = (await send('GET', `${path}?size=2&offset=${first.offset}`)).json<typeof first>()
    expect(last).not.toHaveProperty('offset')
    expect(idsOf([...first.consumers, ...last.consumers])).toEqual(idsOf(all))
  })

  it('goes with its memberships and plugins, which are its own', async () => {
    const [group, consumer] = [await aGroup(), await aConsumer()]
    await create(`/consumer_groups/${group.id}/consumers`, { consumer: String(consumer.id) })
    const limit = { name: 'request-size-limiting' }
    const plugin = await create(`/consumer_groups/${group.id}/plugins`, limit)
    expect((await send('POST', `/consumer_groups/${group.id}/plugins`, limit)).statusCode).toBe(409)
    expect((await send('GET', `/plugins/${plugin.id}/consumer_group`)).json()).toEqual(group)
    expect((await send('DELETE', `/consumer_groups/${group.id}`)).statusCode).toBe(204)
    expect((await send('GET', `/plugins/${plugin.id}`)).statusCode).toBe(404)
    expect((await send('GET', `/consumers/${consumer.id}/consumer_groups`)).json()).toEqual({
      consumer_groups: [],
      next: null,
    })
  })

  it.each([
    ['POST', '/consumer_groups/none/consumers', { consumer: 'x' }, 404, `Group 'none' not found`],
    ['GET', '/consumers/none/consumer_groups', undefined, 404, `Consumer 'none' not found`],
    ['GET', '/consumer_groups/none', undefined, 404, `Group 'none' not found`],
  ] as const)('%s %s finds none', async (method, url, body, status, message) => {
    const answer = await send(method, url, body)
    expect([answer.statusCode, answer.json()]).toEqual([status, { message }])
  })

  it.each([
    [{}, 'required field missing'],
    [{ consumer: [] }, 'required field missing'],
    [{ consumer: 5 }, 'expected a string'],
    [{ consumer: [{}] }, 'expected a string'],
  ])('is not joined by %j', async (body, message) => {
    const answer = await send('POST', `/consumer_groups/${(await aGroup()).id}/consumers`, body)
    expect([answer.statusCode, answer.json()]).toMatchObject([400, { fields: { consumer: message } }])
  })

  it('is joined by nobody when one of several is unknown', async () => {
    const [group, consumer] = [await aGroup(), await aConsumer()]
    const names = [String(consumer.id), 'ghost']
    const answer = await send('POST', `/consumer_groups/${group.id}/consumers`, { consumer: names })
    expect([answer.statusCode, answer.json()]).toEqual([404, { message: `Consumer 'ghost' not found` }])
    expect(await membersOf(group)).toEqual([])
  })
})

const aGroup = () => create('/consumer_groups', { name: aName() })
const aConsumer = () => create('/consumers', { username: aName(), custom_id: aName() })
const idsOf = (entities: readonly JsonObject[]) => entities.map(({ id }) => String(id)).toSorted()

async function membersOf({ id }: JsonObject): Promise<string[]> {
  const { consumers } = (await send('GET', `/consumer_groups/${id}/consumers`)).json<{
    consumers: JsonObject[]
  }>()
  return idsOf(consumers)
}

async function create(path: string, body: JsonObject): Promise<JsonObject> {
  const answer = await send('POST', path, body)
  expect(answer.statusCode, answer.body).toBe(201)
  return answer.json()
}

function send(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, body?: JsonObject) {
  const headers = { 'content-type': 'application/json' }
  return app.inject({ method, url, ...(body && { headers, payload: JSON.stringify(body) }) })
}
