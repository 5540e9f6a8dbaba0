import { randomUUID } from 'node:crypto'
import { type Database, journalExtent, nodeRegister } from '@biplane/database'
import type { FastifyInstance } from 'fastify'
import { beforeEach, describe, expect, it } from 'vitest'
import { anAdmin, useDatabases } from '../fixtures/admin.ts'
import { anAbout, aReport } from '../fixtures/hub.ts'

const databases = useDatabases()
let db: Database
let app: FastifyInstance

beforeEach(async () => {
  db = await databases.migrated()
  app = anAdmin(db)
})

async function metrics(of = app): Promise<string[]> {
  const { statusCode, headers, body } = await of.inject('/metrics')
  expect([statusCode, headers['content-type']]).toEqual([200, expect.stringContaining('text/plain')])
  return body.split('\n')
}

describe('GET /metrics', () => {
  it('tells of requests by method and status, for whoever counts writes and conflicts', async () => {
    const service = { method: 'POST', url: '/services', payload: { name: 'a', host: 'h.test' } } as const
    for (const request of [service, service]) await app.inject(request)
    await app.inject('/services/nothing')
    const lines = await metrics()
    for (const line of [
      'biplane_admin_requests_total{method="POST",code="201"} 1',
      'biplane_admin_requests_total{method="POST",code="409"} 1',
      'biplane_admin_requests_total{method="GET",code="404"} 1',
      'biplane_admin_request_duration_seconds_count{method="POST"} 2',
      'biplane_database_restarts_total 0',
      'biplane_database_outages_total 2',
      'biplane_hubs_connected 1',
      'biplane_revision 7',
    ])
      expect(lines).toContain(line)
    expect(lines).toContainEqual(expect.stringMatching(/^kong_nginx_requests_total\{.*subsystem="http"\} 4$/))
  })

  it('tells of the journal and of every node, as the database has them', async () => {
    const [hub, node] = [randomUUID(), randomUUID()]
    const { head } = await journalExtent(db)
    const register = nodeRegister(db, 60_000)
    await register.report(hub, 1, {
      complete: true,
      nodes: [aReport({ nodeId: node, applied: head, desired: head })],
    })
    await register.heartbeat([{ hubId: hub, session: 1, about: anAbout() }])
    await app.inject({ method: 'POST', url: '/services', payload: { host: 'h.test' } })
    const lines = await metrics()
    const { head: moved, oldest } = await journalExtent(db)
    expect(lines).toContain('kong_datastore_reachable 1')
    expect(lines).toContain(`biplane_journal_revisions ${moved.revision - (oldest?.revision ?? 0) + 1}`)
    expect(lines).toContain('biplane_nodes{state="behind"} 1')
    expect(lines).toContainEqual(expect.stringMatching(`^biplane_node_lag_revisions.node_id="${node}".* 1$`))
  })

  it('answers while the database is away, and says that it is', async () => {
    const lost = databases.open({ ...databases.settings(), port: 1 })
    for (const of of [
      anAdmin(lost),
      anAdmin(lost, { condition: { unprepared: 'no answer yet', isLost: true } }),
    ]) {
      const lines = await metrics(of)
      expect(lines).toContain('kong_datastore_reachable 0')
      expect(lines).toContain('biplane_revision 7')
      expect(lines.filter((line) => /^biplane_(node|journal)/.test(line))).toEqual([])
    }
  })
})
