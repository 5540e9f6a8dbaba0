import { canonicalJson, type Entity } from '@biplane/entities'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Database } from '../database.ts'
import { aRoute, aService, startServer, type TestServer } from '../fixtures.ts'
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

it('reads what it wrote, byte for byte', async () => {
  const service = aService({ name: 'a' })
  const before = await readHead(db)
  const written = await repository.create('services', service)
  expect(written.revision).toBe(before.revision + 1)
  expect(canonicalJson(written.entity)).toBe(canonicalJson(service))
  const read = await repository.get('services', byId(service))
  expect(canonicalJson(read ?? null)).toBe(canonicalJson(service))
  await repository.create('routes', aRoute(service))
})
