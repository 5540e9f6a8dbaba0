import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import {
  databaseSettings,
  type LogLevelWish,
  listenForLogLevels,
  openDatabase,
  Repository,
} from '@biplane/database'
import { entityKinds, entityRegistry } from '@biplane/entities'
import { createMetrics, listenerCertificate, runApp, SourceMetrics } from '@biplane/service'
import { chosenPlugins } from './chosen-plugins.ts'
import { kongConfiguration } from './configuration.ts'
import { DatabaseState } from './database-state.ts'
import { serveFeeds } from './feed/feed.ts'
import { JournalSource } from './feed/journal-source.ts'
import { keepHouse } from './housekeeping.ts'
import { AdminMetrics } from './metrics.ts'
import { serveAdmin } from './serve-admin.ts'
import { adminServer } from './server.ts'

await runApp('admin-api', async ({ settings, effective, log, levels, signal, onStop, keep, ready }) => {
  const version = settings.reported_version
  const plugins = chosenPlugins(settings.plugins, version)
  const nodeId = settings.node_id ?? randomUUID()
  const purgeDelay = settings.cluster_data_plane_purge_delay * 1000
  const registry = entityRegistry(entityKinds)
  const db = openDatabase({ settings: databaseSettings(settings), registry, log })
  onStop('database', () => db.close())
  const repository = new Repository(db)
  const state = new DatabaseState(log)

  const adminPair = { cert: settings.admin_ssl_cert, key: settings.admin_ssl_cert_key }
  const configuration = kongConfiguration(effective, settings, plugins.keys())
  const identity = { nodeId, hostname: hostname(), version, plugins, configuration }
  const counters = { requests: 0, accepted: 0, closed: 0 }
  const source = new JournalSource(db)
  const measures = createMetrics()
  const followers = new SourceMetrics(measures, () => performance.now())
  const metrics = new AdminMetrics(measures, {
    ...{ nodeId, version, db, state, purgeDelay, counters },
    certificates: { feed_cert: settings.feed_cert, admin_ssl_cert: settings.admin_ssl_cert },
    outages: () => state.outages,
    revision: () => source.revision,
    hubs: () => followers.followers,
  })
  const { headers, admin_gui_url: guiOrigin } = settings
  const stores = { db, repository, registry, purgeDelay, state }
  const common = { identity, ...stores, headers, guiOrigin, counters, metrics, log, levels }
  const admin = await serveAdmin(
    settings.admin_listen,
    () => listenerCertificate(adminPair, settings.prefix, 'admin-kong-default'),
    (tls) => adminServer({ ...common, tls }),
  )
  onStop('Admin API', () => admin.close())

  await state.prepare(db, signal)
  keep(
    'journal',
    source.run(signal, (outage) => state.observe(outage)),
  )
  const onWish = ({ level, timeout }: LogLevelWish) => void levels.ask(level, timeout)
  keep('log levels', listenForLogLevels(db, { signal, onWish }))
  const pair = { cert: settings.feed_cert, key: settings.feed_cert_key }
  const announced = [...plugins.values()].map((plugin) => ({ name: plugin.name, version: plugin.version }))
  const welcome = { sourceId: nodeId, version, plugins: announced }
  const feeds = await serveFeeds(settings.feed_listen, {
    db,
    source,
    pair,
    welcome,
    metrics: followers,
    log,
    signal,
  })
  keep('feed', feeds.closed)
  const retention = settings.journal_retention
  keep('housekeeping', keepHouse({ db, repository, retention, purgeDelay, signal }))
  ready({ admin: admin.addresses, feed: feeds.addresses })
})
