import { randomUUID } from 'node:crypto'
import { type Database, type NodeRow, nodeRegister, Repository } from '@biplane/database'
import {
  createLogger,
  createMetrics,
  generateClusterPair,
  type Logger,
  SourceMetrics,
} from '@biplane/service'
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { aBackend, log, useDatabases } from '../fixtures/admin.ts'
import { aService } from '../fixtures/entities.ts'
import { eventually } from '../fixtures/eventually.ts'
import { aReport, Hub } from '../fixtures/hub.ts'
import { LinkCertificates } from './certificates.ts'
import { type Feeds, serveFeeds } from './feed.ts'
import { JournalSource } from './journal-source.ts'

const databases = useDatabases()
const quiet: Logger = log.child({}, { level: 'silent' })
/** What the feed logs. */
let lines: string[]
let pair: { cert: string; key: string }
let db: Database
let stop: AbortController
let feeds: Feeds
let following: Promise<void>
let hubs: Hub[]

beforeAll(async () => {
  pair = await generateClusterPair()
})
beforeEach(async () => {
  stop = new AbortController()
  hubs = []
  lines = []
  db = await databases.migrated()
  const source = new JournalSource(db)
  following = source.run(stop.signal, () => undefined)
  const welcome = { sourceId: 'a', version: '3.4.0', plugins: [] }
  const { signal } = stop
  feeds = await serveFeeds([{ host: '127.0.0.1', port: 0 }], {
    nodes: aBackend(db).nodes,
    source,
    tls: new LinkCertificates({
      feed_cert: pair.cert,
      feed_cert_key: pair.key,
      feed_cert_accepted: [],
    }),
    welcome,
    metrics: new SourceMetrics(createMetrics({ processMetrics: false }), Date.now),
    log: createLogger({ log_level: 'info' }, 'admin-api', { write: (line) => void lines.push(line) }),
    signal,
  })
})
afterEach(async () => {
  await Promise.all(hubs.map((hub) => hub.stop()))
  stop.abort()
  await Promise.all([feeds.closed, following])
})

it('a hub gets the config, and each change', async () => {
  const hub = connect()
  const { entity } = await new Repository(db).create('services', aService())
  await eventually(() => hub.mirror.has('services', entity.id))
  await new Repository(db).remove('services', { field: 'id', value: entity.id })
  await eventually(() => !hub.mirror.has('services', entity.id))
  expect(hub.links).toBe(1)
})

it('whoever shows another certificate, or none that is accepted, is refused', async () => {
  const stranger = connect({ with: await generateClusterPair() })
  await connected(connect())
  expect(stranger.links).toBe(0)
})

it('a node is refused, whatever it shows', async () => {
  const node = connect({ relay: false })
  await connected(connect())
  await eventually(() => node.link === null)
  expect(node.mirror.kinds).toEqual([])
})

it('a hub that may not follow this source tries for ever without filling the log', async () => {
  const old = connect({ unfit: 'upgrade the hub first' })
  await eventually(() => old.welcomes >= 5)
  const follows = connect()
  await connected(follows)
  await follows.link?.report({ complete: true, nodes: [] })
  await eventually(() => lines.some((line) => line.includes(follows.id)))
  expect(lines.filter((line) => line.includes(old.id))).toEqual([])
})

it('what hubs report of their nodes is listed, and connected for as long as they live, however silent', async () => {
  const [living, leaving] = [connect(), connect()]
  const [stays, goes, left] = [aReport(), aReport(), aReport()]
  await Promise.all([connected(living), connected(leaving)])
  await living.link?.report({ complete: true, nodes: [stays, goes] })
  await leaving.link?.report({ complete: true, nodes: [left] })
  await eventually(async () => (await offline()).join() === '' && (await listed()).length === 3)
  await living.link?.report({ complete: false, nodes: [{ ...goes, state: { kind: 'offline' } }] })
  await eventually(async () => (await offline()).join() === goes.nodeId)
  await leaving.stop()

  // A lease lasts five seconds, and so does the pause between two heartbeats.
  const gone = [goes.nodeId, left.nodeId].toSorted()
  await eventually(async () => (await offline()).join() === gone.join(), 8000)
  const end = Date.now() + 2000
  await eventually(async () => {
    expect(await offline()).toEqual(gone)
    return Date.now() > end
  })
})

it('hubs below a hub are listed under it, with their nodes, until it says that they are gone', async () => {
  const top = connect()
  await connected(top)
  const applied = top.mirror.position
  const [node, low] = [aReport(), randomUUID()]
  const hub = { hubId: low, session: 5, hostname: 'low', ip: '10.0.0.3', version: '3.4.0', connectedAt: 7 }
  const about = { ...hub, applied, parentId: top.id, draining: false, gone: false }
  await top.link?.report({ complete: true, nodes: [], draining: true })
  await top.link?.report({ complete: true, nodes: [node], hub: about })
  await top.link?.report({ complete: true, nodes: [aReport()], hub: { ...about, hubId: 'no id' } })
  await top.link?.report({ complete: false, nodes: [], hub: { ...about, session: 4 } })
  await top.link?.report({ complete: false, nodes: [], hub: { ...about, session: 4, gone: true } })
  const hubs = async () => (await nodeRegister(db, 60_000).hubs({ size: 10 })).rows
  await eventually(async () => (await hubs()).filter((each) => each.about !== null).length === 2)
  expect(await listed()).toMatchObject([{ id: node.nodeId, hubId: low }])
  expect(
    new Map((await hubs()).map(({ id, about, nodes }) => [id, [about?.parent, about?.draining, nodes]])),
  ).toEqual(
    new Map([
      [top.id, [null, true, 0]],
      [low, [top.id, false, 1]],
    ]),
  )
  // Longer than a lease: it is vouched for as long as the hub above is heard.
  const end = Date.now() + 6000
  await eventually(async () => {
    expect(await offline()).toEqual([])
    return Date.now() > end
  }, 20_000)
  await top.link?.report({ complete: false, nodes: [], hub: { ...about, gone: true } })
  await eventually(async () => (await offline()).join() === node.nodeId, 20_000)
  expect((await hubs()).find(({ id }) => id === top.id)?.connected).toBe(true)
})

it('a database that goes away and comes back costs neither the link nor a report nor a change', async () => {
  const hub = connect()
  await connected(hub)
  await databases.restarted(async () => {
    await hub.link?.report({ complete: true, nodes: [aReport()] })
    await hub.link?.report({ complete: false, nodes: [aReport()] })
  })
  await eventually(async () => (await listed()).length === 2, 10_000)
  const { entity } = await new Repository(db).create('services', aService())
  await eventually(() => hub.mirror.has('services', entity.id))
  expect(hub.links).toBe(1)
})

function connect(options: { with?: typeof pair; relay?: boolean; unfit?: string } = {}): Hub {
  const [address = ''] = feeds.addresses
  const hub = new Hub(address, options.with ?? pair, { ...options, log: quiet })
  hubs.push(hub)
  return hub
}

async function connected(hub: Hub): Promise<void> {
  await eventually(() => hub.mirror.kinds.length > 0)
}

async function listed(): Promise<readonly NodeRow[]> {
  return (await nodeRegister(db, 60_000).list({ size: 100 })).rows
}

async function offline(): Promise<string[]> {
  return (await listed()).filter(({ state }) => state.kind === 'offline').map(({ id }) => id)
}
