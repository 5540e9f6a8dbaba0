import { randomUUID } from 'node:crypto'
import type { Entity } from '@biplane/entities'
import { decodeChange } from '@biplane/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../database.ts'
import { aPlugin, aRoute, aService, startServer, type TestServer } from '../fixtures/server.ts'
import { expectTruth } from '../fixtures/truth.ts'
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

const byId = ({ id }: Entity) => ({ field: 'id', value: id })

describe('a rehearsal', () => {
  it('tells what followers would get, once for each entity, and leaves everything as it was', async () => {
    const service = aService()
    const route = aRoute(service)
    await repository.create('services', service)
    await repository.create('routes', route)
    const head = await readHead(db)
    const { result, changes } = await repository.rehearse(async () => {
      const { entity } = await repository.create('plugins', aPlugin({ route: { id: route.id } }))
      await repository.update('plugins', byId(entity), (plugin) => ({ ...plugin, tags: ['b'] }))
      await repository.update('services', byId(service), (current) => ({ ...current, enabled: false }))
      return entity.id
    })
    const told = changes.map(decodeChange).map(({ op, kind, id }) => [op, kind, id])
    expect(told.toSorted()).toEqual([
      ['delete', 'plugins', result],
      ['delete', 'routes', route.id],
      ['delete', 'services', service.id],
    ])
    expect(await readHead(db)).toEqual(head)
    expect(await repository.get('services', byId(service))).toEqual(service)
    await expectTruth(db)
  })

  it('shows what a rewrite of the whole config would come to', async () => {
    const service = aService({ name: randomUUID() })
    const { result, changes } = await repository.rehearse(() =>
      repository.rewrite(() => ({
        changes: [{ op: 'upsert', kind: 'services', id: service.id, entity: service }],
        result: 1,
      })),
    )
    expect([result.result, changes.map(({ kind, id }) => [kind, id])]).toEqual([
      1,
      [['services', service.id]],
    ])
    expect(await repository.get('services', byId(service))).toBeUndefined()
  })

  it('comes to its end though a write was refused', async () => {
    const service = aService({ name: randomUUID() })
    await repository.create('services', service)
    const { result } = await repository.rehearse(async () => {
      try {
        await repository.create('services', { ...aService(), name: service.name ?? null })
        return 'created'
      } catch (error) {
        return error instanceof Error ? error.name : 'odd'
      }
    })
    expect(result).toBe('DomainError')
    await expectTruth(db)
  })

  it('throws what was thrown', async () => {
    const error = new Error('mine')
    await expect(repository.rehearse(() => Promise.reject(error))).rejects.toBe(error)
  })

  it('is none inside of a transaction, of which it could undo everything', async () => {
    await expect(repository.atomically(() => repository.rehearse(async () => undefined))).rejects.toThrow(
      'inside of a transaction',
    )
  })
})
