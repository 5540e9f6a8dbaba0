import { randomUUID } from 'node:crypto'
import type { JsonObject } from '@biplane/entities'
import type { HealthReport, NodeHealth, UpstreamHealth } from '@biplane/protocol'
import type { FastifyInstance } from 'fastify'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Backend } from '../backend.ts'
import { aBackend, anAdminOf, useDatabases } from '../fixtures/admin.ts'
import { aName } from '../fixtures/examples.ts'
import { aReport } from '../fixtures/hub.ts'
import { aMemoryBackend } from '../fixtures/memory.ts'

const databases = useDatabases()
const hub = randomUUID()
const [ONE, TWO] = [randomUUID(), randomUUID()]
const checks = { active: { healthy: { interval: 5 } } }
let session = 0
let backend: Backend
let app: FastifyInstance
let other: FastifyInstance
let id: string
let target: JsonObject

beforeAll(async () => {
  const db = await databases.migrated()
  backend = aBackend(db)
  app = anAdminOf(backend)
  other = anAdminOf(aBackend(db))
})
beforeEach(async () => {
  id = String((await post('/upstreams', { name: aName(), healthchecks: checks })).id)
  target = await post(`/upstreams/${id}/targets`, { target: 'a.test:80' })
})

async function post(url: string, payload: JsonObject): Promise<JsonObject> {
  const answer = await app.inject({ method: 'POST', url, payload })
  expect(answer.statusCode, answer.body).toBe(201)
  return answer.json()
}
const health = async (query = '', from = app) => (await from.inject(`/upstreams/${id}/health${query}`)).json()

/** Two nodes are connected, and tell so of the upstream; null where they tell nothing. */
async function tell(to: Backend, ...tales: (Partial<UpstreamHealth> | null)[]): Promise<void> {
  session += 1
  const nodes = [ONE, TWO].map((nodeId, at) => aReport({ nodeId, session, hostname: `dp-${at + 1}` }))
  const told = tales.flatMap((tale, at): NodeHealth[] => {
    const { nodeId, instance } = nodes[at] ?? aReport()
    const upstreams = tale && [{ id, usable: true, weight: 20, availableWeight: 10, targets: [], ...tale }]
    const report: HealthReport = { upstreams: upstreams ?? [], incomplete: false }
    return [{ nodeId, instance, session, toldAt: 1_000, health: report }]
  })
  await to.nodes.report(hub, session, { complete: true, nodes, health: told })
}

const out = (...ips: string[]) => ({
  targets: [
    {
      ...{ id: String(target.id), health: 'HEALTHY' as const, dns: 'A' },
      addresses: ['10.1.1.1', '10.1.1.2'].map((ip) => ({
        ...{ ip, port: 80, weight: 10, unhealthySince: ips.includes(ip) ? 5_000 : null },
      })),
    },
  ],
})

describe('the health of the targets of an upstream', () => {
  it.each([
    ['no health checks', {}, 'HEALTHCHECKS_OFF'],
    ['health checks', { healthchecks: checks }, 'UNKNOWN'],
  ])('without nodes, is what can be known of it: %s', async (_, body, word) => {
    await backend.nodes.report(hub, ++session, { complete: true, nodes: [] })
    const made = await post('/upstreams', { name: aName(), ...body })
    id = String(made.id)
    expect(await health()).toMatchObject({ data: [], next: null })
    target = await post(`/upstreams/${id}/targets`, { target: '10.0.0.1:80' })
    const weight = { total: 100, available: 100, unavailable: 0 }
    const address = { ip: '10.0.0.1', port: 80, weight: 100, health: word, nodes_by_health: {} }
    expect(await health()).toEqual({
      data: [
        {
          ...target,
          health: word,
          data: { host: '10.0.0.1', port: 80, dns: null, nodeWeight: 100, weight, addresses: [address] },
          ...{ nodes: [], nodes_by_health: {}, manual: [] },
        },
      ],
      next: null,
      node_id: expect.any(String),
    })
    expect(await health('?balancer_health=1')).toEqual({
      data: { id, health: word, balancer_health: word, nodes: [], nodes_by_health: {} },
      next: null,
      node_id: expect.any(String),
    })
  })

  it('is what nodes tell, on every admin-api, and none of those that have gone', async () => {
    await tell(backend, out('10.1.1.1'), null)
    for (const from of [app, other]) {
      const [row] = (await health('', from)).data
      expect(row).toMatchObject({
        ...{ id: target.id, target: 'a.test:80', weight: 100, health: 'HEALTHY' },
        data: {
          dns: 'A',
          addresses: [
            { ip: '10.1.1.1', health: 'UNHEALTHY' },
            { ip: '10.1.1.2', health: 'HEALTHY' },
          ],
        },
        nodes_by_health: { HEALTHY: 2 },
      })
      expect(row.nodes.find((node: JsonObject) => node.id === ONE)).toEqual({
        ...{ id: ONE, hostname: 'dp-1', health: 'HEALTHY', since: 5, told_at: 1 },
        unhealthy_addresses: ['10.1.1.1:80'],
      })
    }
    const gone = aReport({ nodeId: ONE, session, state: { kind: 'offline' } })
    await backend.nodes.report(hub, session, { complete: false, nodes: [gone] })
    expect((await health()).data).toMatchObject([{ nodes: [{ id: TWO }], nodes_by_health: { HEALTHY: 1 } }])
  })

  it('is that of the upstream with balancer_health', async () => {
    await tell(backend, { usable: false }, null)
    expect((await health('?balancer_health=1')).data).toMatchObject({
      ...{ id, health: 'UNHEALTHY', details: { weight: { total: 20, available: 10, unavailable: 10 } } },
      nodes: [
        { id: ONE, health: 'UNHEALTHY' },
        { id: TWO, health: 'HEALTHY' },
      ],
      nodes_by_health: { UNHEALTHY: 1, HEALTHY: 1 },
    })
  })

  it('tells what was set by hand', async () => {
    const set = (path: string) =>
      app.inject({ method: 'PUT', url: `/upstreams/${id}/targets/a.test:80/${path}` })
    await set('unhealthy')
    await set('10.1.1.1:80/healthy')
    const [row] = (await health()).data
    expect(row.manual.map(({ address, health }: JsonObject) => `${address} ${health}`).toSorted()).toEqual([
      '10.1.1.1:80 healthy',
      'null unhealthy',
    ])
  })

  it('of an address is set where a node knows it, or where one has not told which it knows', async () => {
    const set = async (ip: string) => {
      const url = `/upstreams/${id}/targets/a.test:80/${ip}:80/unhealthy`
      return (await app.inject({ method: 'PUT', url })).statusCode
    }
    await tell(backend, null, null)
    expect(await set('10.9.9.9')).toBe(204)
    await tell(backend, out(), null)
    expect([await set('10.1.1.2'), await set('10.9.9.8')]).toEqual([204, 204])
    await tell(backend, out(), out())
    expect([await set('10.1.1.2'), await set('10.9.9.8')]).toEqual([204, 404])
  })
})

it('without a database, the health of targets is what nodes tell all the same', async () => {
  const text =
    '_format_version: "3.0"\nupstreams:\n- name: up\n  healthchecks: {active: {healthy: {interval: 1}}}\n  targets:\n  - target: a.test:80\n'
  const memory = await aMemoryBackend(text)
  const dbless = anAdminOf(memory)
  const rows = async () => (await dbless.inject('/upstreams/up/health')).json().data
  const [before] = await rows()
  expect(before.health).toBe('UNKNOWN')
  target = before
  id = before.upstream.id
  await tell(memory, out('10.1.1.2'))
  expect(await rows()).toMatchObject([
    {
      health: 'HEALTHY',
      data: { weight: { total: 20, available: 10 } },
      nodes_by_health: { HEALTHY: 1, UNKNOWN: 1 },
    },
  ])
})
