import { afterAll, beforeAll, expect, it } from 'vitest'
import { aService, startServer, type TestServer } from '../fixtures/server.ts'
import { expectTruth } from '../fixtures/truth.ts'
import { Repository } from '../repository/repository.ts'
import { startEpoch } from './epoch.ts'
import { readHead } from './head.ts'
import { changesAfter } from './read.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const LIMITS = { revisions: 100, bytes: 1 << 20 }

it('begins where the last one stands, with the same config', async () => {
  const db = await server.migrated()
  await new Repository(db).create('services', aService())
  const before = await readHead(db)
  const change = await startEpoch(db)
  expect(change).toEqual({ before: before.epoch, after: expect.any(String), revision: before.revision })
  expect(change.after).not.toBe(change.before)
  expect(await readHead(db)).toEqual({ ...before, epoch: change.after })
  await expectTruth(db)
})

it('leaves nothing that leads on from a position of the old one', async () => {
  const db = await server.migrated()
  const old = await readHead(db)
  await startEpoch(db)
  expect(await changesAfter(db, old, LIMITS)).toBe('gone')
  const head = await readHead(db)
  await new Repository(db).create('services', aService())
  expect(await changesAfter(db, head, LIMITS)).toHaveLength(1)
})

it('waits for a write that is under way, whose revision it keeps', async () => {
  const db = await server.migrated()
  const writes = Promise.all([1, 2, 3, 4].map(() => new Repository(db).create('services', aService())))
  const { after } = await startEpoch(db)
  await writes
  expect(await readHead(db)).toMatchObject({ epoch: after, revision: 5 })
  await expectTruth(db)
})
