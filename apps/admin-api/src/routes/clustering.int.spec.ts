import { randomUUID } from 'node:crypto'
import { type Database, type NodeRegister, nodeRegister } from '@biplane/database'
import type { FastifyInstance } from 'fastify'
import { beforeAll, expect, it } from 'vitest'
import { anAdmin, useDatabases } from '../fixtures/admin.ts'
import { anAbout, aReport } from '../fixtures/hub.ts'

const databases = useDatabases()
let db: Database
let app: FastifyInstance
let register: NodeRegister

beforeAll(async () => {
  db = await databases.migrated()
  app = anAdmin(db)
  register = nodeRegister(db, 60_000)
})

const HOUR_AGO = Date.now() - 3_600_000
const EXPIRY = Date.now() + 86_400_000
const left = [{ kind: 'targets', id: 't', message: 'no' }]
const known = {
  certificateExpiresAt: EXPIRY,
  quarantined: left,
  labels: { zone: 'a' },
  connectedAt: HOUR_AGO,
  appliedAt: HOUR_AGO,
}

it('tells all that is known of a node, in the fields of Kong and more', async () => {
  const hub = randomUUID()
  const report = aReport({
    ...known,
    state: { kind: 'rejected', revision: 9, retryable: false, errors: [aViolation] },
    reductions: [aReduction],
  })
  await register.report(hub, 1, { complete: true, nodes: [report] })
  const now = Math.floor(Date.now() / 1000)
  const { data, next } = (await app.inject('/clustering/data-planes')).json()
  expect(next).toBeNull()
  expect(data).toEqual([
    {
      id: report.nodeId,
      hostname: 'node.test',
      ip: '10.0.0.1',
      version: '3.4.0',
      labels: { zone: 'a' },
      sync_status: 'normal',
      state: 'rejected',
      config_hash: 'a'.repeat(32),
      config_revision: 7,
      desired_hash: 'b'.repeat(32),
      desired_revision: 9,
      last_seen: expect.closeTo(now, -1),
      updated_at: expect.closeTo(now, -1),
      connected_since: Math.floor(HOUR_AGO / 1000),
      offline_since: null,
      applied_at: Math.floor(HOUR_AGO / 1000),
      apply_took_ms: 3,
      hub,
      duplicate_of: null,
      certificate_expires_at: Math.floor(EXPIRY / 1000),
      errors: [aViolation],
      quarantined: left,
      withheld: null,
      reductions: [aReduction],
      ttl: expect.closeTo(60, -1),
    },
  ])
})

it('pages through the nodes', async () => {
  const nodes = Array.from({ length: 5 }, () => aReport())
  await register.report(randomUUID(), 1, { complete: true, nodes })
  const seen: string[] = []
  let url: string | null = '/clustering/data-planes?size=2'
  while (url !== null) {
    const page: Page = (await app.inject(url)).json()
    seen.push(...page.data.map(({ id }) => id))
    url = page.next
  }
  expect(seen).toEqual(seen.toSorted())
  expect(seen).toEqual(expect.arrayContaining(nodes.map(({ nodeId }) => nodeId)))
})

it('shows no node of a hub that said nothing for a while as connected, and says since when', async () => {
  const node = aReport()
  const hub = randomUUID()
  await register.report(hub, 1, { complete: true, nodes: [node] })
  await register.report(hub, 2, { complete: true, nodes: [] })
  const { data } = (await app.inject('/clustering/data-planes?size=1000')).json<{ data: { id: string }[] }>()
  expect(data.find(({ id }) => id === node.nodeId)).toMatchObject({
    state: 'offline',
    sync_status: 'normal',
    connected_since: null,
    offline_since: expect.closeTo(Date.now() / 1000, -1),
  })
})

it('shows one node by its id, and forgets one that is gone', async () => {
  const [hub, node] = [randomUUID(), aReport()]
  const one = `/clustering/data-planes/${node.nodeId}`
  const ask = async (method: 'GET' | 'DELETE', url = one) => {
    const answer = await app.inject({ method, url })
    return [answer.statusCode, answer.body === '' ? null : answer.json()]
  }
  await register.report(hub, 1, { complete: true, nodes: [node] })
  expect(await ask('GET')).toMatchObject([200, { id: node.nodeId, state: 'behind', hub }])
  expect(await ask('DELETE')).toEqual([409, { message: expect.stringContaining('is connected') }])
  await register.report(hub, 2, { complete: true, nodes: [] })
  expect(await ask('DELETE')).toEqual([204, null])
  for (const url of [one, '/clustering/data-planes/x']) {
    expect(await ask('GET', url)).toEqual([404, { message: 'Not found' }])
    expect(await ask('DELETE', url)).toEqual([404, { message: 'Not found' }])
  }
})

it('tells of the hubs where they are and how many nodes they have', async () => {
  const hub = randomUUID()
  const parent = randomUUID()
  const about = anAbout({ connectedAt: HOUR_AGO, applied: aReport().applied, parent })
  await register.report(hub, 1, { complete: true, nodes: [aReport()] })
  await register.heartbeat([{ hubId: hub, session: 1, about }])
  const { data, next } = (await app.inject('/clustering/hubs?size=1000')).json<Page>()
  expect(next).toBeNull()
  const now = Math.floor(Date.now() / 1000)
  expect(data.find(({ id }) => id === hub)).toEqual({
    ...{ id: hub, hostname: 'hub.test', ip: '10.0.0.2', version: '3.4.0', state: 'connected' },
    ...{
      parent,
      config_hash: 'a'.repeat(32),
      config_revision: 7,
      nodes: 1,
      last_seen: expect.closeTo(now, -1),
    },
    ...{ connected_since: Math.floor(HOUR_AGO / 1000), offline_since: null, ttl: expect.closeTo(60, -1) },
  })
  await register.heartbeat([{ hubId: hub, session: 1, about: { ...about, draining: true } }])
  const later = (await app.inject('/clustering/hubs?size=1000')).json<Page>()
  expect(later.data.find(({ id }) => id === hub)).toMatchObject({ state: 'draining' })
})

it('answers the older path with what Kong tells there', async () => {
  const node = aReport()
  await register.report(randomUUID(), 1, { complete: true, nodes: [node] })
  const answer = await app.inject('/clustering/status')
  expect(answer.headers.deprecation).toBe('true')
  expect(answer.json()[node.nodeId]).toEqual({
    ...{ config_hash: 'a'.repeat(32), hostname: 'node.test', ip: '10.0.0.1' },
    last_seen: expect.closeTo(Date.now() / 1000, -1),
  })
})

interface Page {
  readonly data: readonly { readonly id: string }[]
  readonly next: string | null
}

const aReduction = {
  on: 'services',
  effect: 'tls_verify removed',
  since: '3.2.0',
  severity: 'security' as const,
  entities: 1,
  ids: ['s'],
}
const aViolation = { kind: 'plugins', id: 'p', field: 'config', message: 'no' }
