import type { Entity } from '@biplane/entities'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../database.ts'
import { aPlugin, aRoute, aService, startServer, type TestServer } from '../fixtures/server.ts'
import { expectTruth, readJournal } from '../fixtures/truth.ts'
import { readHead } from '../journal/head.ts'
import { Repository } from './repository.ts'

let server: TestServer
let db: Database
let repository: Repository

beforeAll(async () => {
  server = await startServer()
  db = await server.migrated()
  repository = new Repository(db)
})
afterAll(() => server.stop())

const byId = (id: string) => ({ field: 'id', value: id })
const make = async (kind: string, draft: Entity) => (await repository.create(kind, draft)).entity

/** Creates an entity and makes another one refer to it. */
const link = (kind: string, draft: Entity, holder: { kind: string; id: string; field: string }) =>
  repository.write(async (batch) => {
    const created = await batch.create(kind, draft)
    await batch.update(holder.kind, byId(holder.id), (current) => ({
      ...current,
      [holder.field]: { id: created.id },
    }))
    return created
  })

describe('writes of one batch', () => {
  it('are one revision, of which the journal tells all', async () => {
    const route = await make('routes', aRoute(null))
    const service = aService()
    const { result, revision } = await link('services', service, {
      kind: 'routes',
      id: route.id,
      field: 'service',
    })
    expect((await repository.get('routes', byId(route.id)))?.service).toEqual({ id: result.id })
    const last = (await readJournal(db)).at(-1)
    expect(last?.revision).toBe(revision)
    expect(last?.changes.map(({ kind, id }) => [kind, id])).toEqual([
      ['services', service.id],
      ['routes', route.id],
    ])
    await expectTruth(db)
  })

  it('take what refers to an entity with it, when followers do not get that any more', async () => {
    const route = await make('routes', aRoute(null))
    await make('plugins', aPlugin({ route: { id: route.id } }))
    await link('services', aService({ enabled: false }), { kind: 'routes', id: route.id, field: 'service' })
    await expectTruth(db)
  })

  it('are none when one of them is refused', async () => {
    const before = await readHead(db)
    const service = aService()
    const nothing = { kind: 'routes', id: service.id, field: 'service' }
    await expect(link('services', service, nothing)).rejects.toMatchObject({ code: 'not found' })
    expect(await repository.get('services', byId(service.id))).toBeUndefined()
    expect(await readHead(db)).toEqual(before)
  })
})

it('a write is refused for what its kind demands of the entities it is linked with', async () => {
  const route = await make('routes', aRoute(null, { protocols: ['https'] }))
  const plugin = aPlugin({ route: { id: route.id }, protocols: ['grpc'] })
  await expect(repository.create('plugins', plugin)).rejects.toMatchObject({
    code: 'schema violation',
    details: { protocols: "must match the associated route's protocols" },
  })
})

it('a text that no index can hold is the fault of whoever sends it', async () => {
  const long = Array.from({ length: 3000 }, () => Math.random().toString(36)).join('')
  await expect(repository.create('services', aService({ tags: ['a', long] }))).rejects.toMatchObject({
    code: 'schema violation',
    details: { tags: 'too long to be indexed' },
  })
})

it('the different values of a field are listed in order, each once', async () => {
  for (const name of ['b', 'a', 'b'])
    await make('plugins', aPlugin({ name, route: { id: (await make('routes', aRoute(null))).id } }))
  expect(await repository.distinct('plugins', 'name')).toEqual(['a', 'b', 'rate-limiting'])
  expect(await repository.distinct('plugins', 'instance_name')).toEqual([])
})
