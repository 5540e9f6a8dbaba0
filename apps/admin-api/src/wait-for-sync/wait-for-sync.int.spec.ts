import { randomUUID } from 'node:crypto'
import { type Database, type NodeRegister, readHead } from '@biplane/database'
import { NOWHERE, type NodeReport, type Watermark } from '@biplane/protocol'
import type { FastifyInstance } from 'fastify'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { aBackend, anAdminOf, useDatabases } from '../fixtures/admin.ts'
import { anAbout, aReport } from '../fixtures/hub.ts'

const databases = useDatabases()
let db: Database
let app: FastifyInstance
let nodes: NodeRegister
let hub: string
let session = 0
beforeAll(async () => {
  db = await databases.migrated()
  const backend = aBackend(db)
  nodes = backend.nodes
  app = anAdminOf(backend)
  hub = randomUUID()
})
beforeEach(async () => {
  session += 1
  const current = session
  await tell([], undefined, true)
  const beat = setInterval(
    () => void nodes.heartbeat([{ hubId: hub, session: current, about: anAbout() }]),
    1000,
  )
  return () => clearInterval(beat)
})

const tell = (rows: readonly NodeReport[], watermark?: Watermark, complete = false) =>
  nodes.report(hub, session, { complete, nodes: rows, ...(watermark && { watermark }) })
const ids = [randomUUID(), randomUUID()].toSorted()
async function aNode(n: number, given: Partial<NodeReport> = {}) {
  const head = await readHead(db)
  return aReport({
    nodeId: ids[n] ?? '',
    hostname: `dp-${n}`,
    session,
    applied: head,
    desired: head,
    ...given,
  })
}
async function write(seconds: string | number, path = '/services') {
  const url = `${path}?wait_for_sync=${seconds}`
  const answer = await app.inject({
    method: 'POST',
    url,
    payload: { name: `n-${randomUUID()}`, host: 'h.test' },
  })
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers }
}
/** What a write is answered while, once it is committed, nodes do something. */
async function writeWhile(seconds: number, meanwhile: () => Promise<unknown>) {
  const { revision } = await readHead(db)
  const writing = write(seconds)
  await expect.poll(async () => (await readHead(db)).revision, { timeout: 20_000 }).toBeGreaterThan(revision)
  await meanwhile()
  return writing
}

describe('a write that waits', () => {
  it('is answered at once where no node is connected', async () => {
    await tell([await aNode(0)])
    await tell([await aNode(0, { state: { kind: 'offline' } })])
    expect((await write(60)).status).toBe(201)
  })

  it('is answered as ever when all have applied it, by their rows or by the watermark of their hub', async () => {
    await tell([await aNode(0), await aNode(1)])
    const { status, body, headers } = await writeWhile(60, async () => {
      await tell([await aNode(0)])
      const { epoch, revision } = await readHead(db)
      const below = [{ nodeId: ids[1] ?? '', revision: revision - 1 }]
      await tell([], { epoch, revision, below })
      await tell([], { epoch, revision, below: [] })
    })
    expect([status, body.host]).toEqual([201, 'h.test'])
    expect(headers['x-biplane-revision']).toBe(String((await readHead(db)).revision))
  })

  it('names those that have not in time, with what it would have been answered', async () => {
    await tell([await aNode(0), await aNode(1)])
    const { status, body, headers } = await writeWhile(8, async () => tell([await aNode(0)]))
    const { revision } = await readHead(db)
    expect([status, headers['x-biplane-revision']]).toEqual([202, String(revision)])
    expect(body).toMatchObject({
      message: `revision ${revision} is committed, but not applied by 1 of the connected nodes`,
      revision,
      not_applied: [{ id: ids[1], hostname: 'dp-1', state: 'behind', config_revision: revision - 1 }],
      answer: { status: 201, body: { host: 'h.test' } },
    })
  })

  it('does not wait for one that rejected it, and says why', async () => {
    await tell([await aNode(0)])
    const { status, body } = await writeWhile(60, async () => {
      const { revision } = await readHead(db)
      const errors = [{ kind: 'routes', id: 'r', field: 'paths', message: 'no' }]
      await tell([
        await aNode(0, { applied: NOWHERE, state: { kind: 'rejected', revision, retryable: false, errors } }),
      ])
    })
    expect([status, body.not_applied]).toMatchObject([
      202,
      [{ state: 'rejected', errors: [{ field: 'paths' }] }],
    ])
  })

  it('is not held up by one that is withheld, which it names', async () => {
    const reason = { kind: 'kong_version_incompatible', message: 'too new' } as const
    await tell([await aNode(0, { applied: NOWHERE, state: { kind: 'withheld', reason } })])
    const { status, headers } = await write(60)
    expect([status, headers['x-biplane-withheld']]).toEqual([201, ids[0]])
  })

  it('is not held up by one whose hub is a ghost', async () => {
    await tell([await aNode(0)])
    const waiting = write(60)
    await tell([], undefined, true)
    expect((await waiting).status).toBe(201)
  })

  it('waits for all there is where it changes nothing', async () => {
    await tell([await aNode(0)])
    const answer = await app.inject({ method: 'DELETE', url: '/services/nothing?wait_for_sync=60' })
    expect(answer.statusCode).toBe(204)
  })

  it('may be a transaction', async () => {
    await tell([await aNode(0)])
    const payload = [
      { method: 'DELETE', path: '/services/nothing' },
      { method: 'POST', path: '/services', body: { host: 'h.test' } },
    ]
    const { statusCode, body } = await app.inject({
      method: 'POST',
      url: '/transactions?wait_for_sync=0.5',
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify(payload),
    })
    expect([statusCode, JSON.parse(body).answer.body.results.length]).toEqual([202, 2])
  })

  it.each(['', '0', '-1', '61', 'a', '1e1', 'Infinity'])('is refused with %j', async (seconds) => {
    const { revision } = await readHead(db)
    expect(await write(seconds)).toMatchObject({
      status: 400,
      body: { message: 'wait_for_sync must be a number of seconds, above 0 and at most 60' },
    })
    expect((await readHead(db)).revision).toBe(revision)
  })

  it('answers as far as it knows when the process stops', async () => {
    await tell([await aNode(0)])
    const stopping = anAdminOf(aBackend(db))
    await stopping.ready()
    const { revision } = await readHead(db)
    const waiting = stopping.inject({
      method: 'POST',
      url: '/services?wait_for_sync=60',
      payload: { host: 'h.test' },
    })
    await expect
      .poll(async () => (await readHead(db)).revision, { timeout: 30_000 })
      .toBeGreaterThan(revision)
    await stopping.close()
    expect((await waiting).statusCode).toBe(202)
  })
})
