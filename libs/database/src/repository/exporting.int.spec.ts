import type { Entity } from '@biplane/entities'
import type { EncodedChange } from '@biplane/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../database.ts'
import { aConsumer, aPlugin, aRoute, aService, startServer, type TestServer } from '../fixtures/server.ts'
import { expectTruth, readJournal } from '../fixtures/truth.ts'
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

const byId = ({ id }: Entity) => ({ field: 'id', value: id })
const make = async (kind: string, draft: Entity) => (await repository.create(kind, draft)).entity
const enable = (kind: string, entity: Entity, enabled: boolean) =>
  repository.update(kind, byId(entity), (current) => ({ ...current, enabled }))
const exported = async (revision: number | null) =>
  (await readJournal(db))[(revision ?? 0) - 1]?.changes ?? []
const deletes = (changes: readonly EncodedChange[]) =>
  changes.filter(({ bytes }) => bytes === null).map(({ kind }) => kind)
const upserts = (changes: readonly EncodedChange[]) =>
  changes.filter(({ bytes }) => bytes !== null).map(({ kind }) => kind)

describe('a disabled service', () => {
  it('leaves followers with its routes and their plugins, and comes back with them', async () => {
    const service = await make('services', aService())
    const consumer = await make('consumers', aConsumer())
    const [route] = await Promise.all([make('routes', aRoute(service)), make('routes', aRoute(service))])
    const off = await make('plugins', aPlugin({ name: 'off', enabled: false, route: { id: route.id } }))
    await make('plugins', aPlugin({ name: 'on', route: { id: route.id }, consumer: { id: consumer.id } }))
    await make('plugins', aPlugin({ name: 'both', route: { id: route.id }, service: { id: service.id } }))

    const disabled = await exported((await enable('services', service, false)).revision)
    expect(deletes(disabled).toSorted()).toEqual(['plugins', 'plugins', 'routes', 'routes', 'services'])
    expect(upserts(disabled)).toEqual([])
    await expectTruth(db)

    const hidden = await repository.create('routes', aRoute(service))
    expect(await exported(hidden.revision)).toEqual([])
    expect(await exported((await enable('plugins', off, true)).revision)).toEqual([])

    const enabled = await exported((await enable('services', service, true)).revision)
    expect(upserts(enabled).toSorted()).toEqual([
      ...['plugins', 'plugins', 'plugins', 'routes', 'routes', 'routes', 'services'],
    ])
    expect(deletes(enabled)).toEqual([])
    await expectTruth(db)
  })

  it('hides a route that is moved to it, and gives back one that is moved away', async () => {
    const shown = await make('services', aService())
    const hidden = await make('services', aService({ enabled: false }))
    const route = await make('routes', aRoute(shown))
    const plugin = await make('plugins', aPlugin({ name: 'moved', route: { id: route.id } }))
    const move = (to: Entity) =>
      repository.update('routes', byId(route), (current) => ({ ...current, service: { id: to.id } }))
    const away = await exported((await move(hidden)).revision)
    expect(away.map(({ id, bytes }) => [id, bytes])).toEqual([route.id, plugin.id].map((id) => [id, null]))
    const back = await exported((await move(shown)).revision)
    expect(upserts(back)).toEqual(['routes', 'plugins'])
    await expectTruth(db)
  })

  it('takes nothing more from followers when it is deleted', async () => {
    const service = await make('services', aService({ enabled: false }))
    const removed = await repository.remove('services', byId(service))
    expect(await exported(removed?.revision ?? 0)).toEqual([])
  })
})

describe('writes at the same time', () => {
  /** Small and repeatable: the seed decides which writes run against each other, the database in which order. */
  function random(seed: number): (below: number) => number {
    let state = seed
    return (below) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state % below
    }
  }

  it('never leave a route or plugin of a disabled service with followers', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const pick = random(seed)
      const services = await Promise.all([1, 2].map(() => make('services', aService())))
      const of = () => services[pick(2)] ?? null
      const routes = await Promise.all([1, 2].map(() => make('routes', aRoute(of()))))
      const route = () => routes[pick(2)]
      const kinds = [
        () => enable('services', of() ?? aService(), pick(2) === 0),
        () => repository.create('routes', aRoute(of())),
        () =>
          repository.create(
            'plugins',
            aPlugin({ name: `p${seed}-${pick(9999)}`, route: { id: route()?.id ?? '' } }),
          ),
        () =>
          repository.create(
            'plugins',
            aPlugin({ name: `s${seed}-${pick(9999)}`, service: { id: of()?.id ?? '' } }),
          ),
        () =>
          repository.update('routes', byId(route() ?? aService()), (r) => ({
            ...r,
            service: { id: of()?.id ?? '' },
          })),
        () => repository.remove('routes', byId(route() ?? aService())),
      ]
      const writes = Array.from({ length: 10 }, () => kinds[pick(kinds.length)]?.())
      const results = await Promise.allSettled(writes)
      for (const result of results) {
        // What was removed meanwhile may be missing; nothing else may go wrong.
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ name: 'DomainError' })
      }
    }
    await expectTruth(db)
  })
})
