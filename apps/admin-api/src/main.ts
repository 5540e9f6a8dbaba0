import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { openDatabase, Repository, runNodePurge, runRetention, runSweeper } from '@biplane/database'
import { entityKinds, entityRegistry } from '@biplane/entities'
import { listenerCertificate, runApp } from '@biplane/service'
import { chosenPlugins } from './chosen-plugins.ts'
import { databaseSettings } from './database-settings.ts'
import { DatabaseState } from './database-state.ts'
import { serveFeeds } from './feed/feed.ts'
import { JournalSource } from './feed/journal-source.ts'
import { serveAdmin } from './serve-admin.ts'
import { adminServer } from './server.ts'

const MINUTE_MS = 60_000
const SWEEP_EVERY_MS = 1000

await runApp('admin-api', async ({ settings, effective, log, signal, onStop, keep, ready }) => {
  const version = settings.reported_version
  const plugins = chosenPlugins(settings.plugins, version)
  const registry = entityRegistry(entityKinds)
  const db = openDatabase({ settings: databaseSettings(settings), registry, log })
  onStop('database', () => db.close())
  const repository = new Repository(db)
  const source = new JournalSource(db)
  const state = new DatabaseState(log)
  const { headers } = settings
  const purgeDelay = settings.cluster_data_plane_purge_delay * 1000
  const nodeId = settings.node_id ?? randomUUID()
  const identity = {
    nodeId,
    hostname: hostname(),
    version,
    plugins,
    configuration: effective,
  }
  const counters = { requests: 0, accepted: 0, closed: 0 }

  const admin = await serveAdmin(
    settings.admin_listen,
    () =>
      listenerCertificate(
        { cert: settings.admin_ssl_cert, key: settings.admin_ssl_cert_key },
        settings.prefix,
        'admin-kong-default',
      ),
    (tls) =>
      adminServer({ identity, db, repository, registry, purgeDelay, state, headers, counters, log, tls }),
  )
  onStop('Admin API', () => admin.close())

  await state.prepare(db, signal)
  const welcome = {
    sourceId: nodeId,
    version,
    plugins: [...plugins.values()].map(({ name, version }) => ({ name, version })),
  }
  const pair = { cert: settings.feed_cert, key: settings.feed_cert_key }
  const feeds = await serveFeeds(settings.feed_listen, { db, source, pair, welcome, log, signal })
  keep(
    'journal',
    source.run(signal, (outage) => state.observe(outage)),
  )
  keep('feed', feeds.closed)
  keep('sweeper', runSweeper(db, repository, { signal, every: SWEEP_EVERY_MS }))
  const { revisions: keepRevisions, ageMs: keepFor } = settings.journal_retention
  keep('retention', runRetention(db, { signal, keepRevisions, keepFor, every: MINUTE_MS }))
  keep('purge', runNodePurge(db, { signal, purgeDelay, every: MINUTE_MS }))
  ready({ admin: admin.addresses, feed: feeds.addresses })
})
