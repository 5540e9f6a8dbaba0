import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { entityKindsOf, entityRegistry } from '@biplane/entities'
import { REFUSAL_CAUSES } from '@biplane/protocol/stream'
import { createMetrics, followSettings, runApp, SourceMetrics } from '@biplane/service'
import { Access } from './access/access.ts'
import { chosenPlugins } from './chosen-plugins.ts'
import { kongConfiguration } from './configuration.ts'
import { LINK_FILES, LinkCertificates } from './feed/certificates.ts'
import { serveFeeds } from './feed/feed.ts'
import { AdminMetrics } from './metrics.ts'
import { openBackend } from './open-backend.ts'
import { serveAdmin } from './serve-admin.ts'
import { adminServer } from './server.ts'

await runApp('admin-api', async (app) => {
  const { settings, effective, reread, log, levels, signal, onStop, keep, ready } = app
  const version = settings.reported_version
  const plugins = await chosenPlugins(settings.plugins, settings.plugins_path, version)
  const nodeId = settings.node_id ?? randomUUID()
  const registry = entityRegistry(entityKindsOf(settings.router_flavor))
  const backend = openBackend(settings, { registry, plugins, log })
  onStop('database', () => backend.close())

  const access = new Access(settings, log)
  const configuration = kongConfiguration(effective, settings, plugins.keys())
  const identity = { nodeId, hostname: hostname(), version, plugins, configuration }
  const counters = { requests: 0, accepted: 0, closed: 0 }
  const measures = createMetrics()
  const link = new LinkCertificates(settings)
  const followers = new SourceMetrics(measures, () => performance.now(), REFUSAL_CAUSES)
  const metrics = new AdminMetrics(measures, {
    ...{ nodeId, version, backend, counters },
    certificates: { feed_cert: () => [link.credentials().cert], admin_ssl_cert: () => access.certificates },
    hubs: () => followers.followers,
  })
  const { headers, admin_gui_url: guiOrigin } = settings
  const { gate } = access
  const common = { identity, backend, registry, headers, guiOrigin, counters, metrics, log, levels, gate }
  const admin = await serveAdmin(
    settings.admin_listen,
    () => access.secure(),
    (tls) => adminServer({ ...common, tls }),
  )
  onStop('Admin API', () => admin.close())
  keep('Admin API settings', access.follow(admin.renew, reread, signal))

  await backend.prepare(signal)
  const running = backend.run(signal, ({ level, timeout }) => void levels.ask(level, timeout))
  for (const [name, part] of Object.entries(running)) keep(name, part)
  const announced = [...plugins.values()].map((plugin) => ({ name: plugin.name, version: plugin.version }))
  const welcome = { sourceId: nodeId, version, plugins: announced }
  const { nodes, source } = backend
  const line = { tls: link, welcome, metrics: followers, log, signal }
  const feeds = await serveFeeds(settings.feed_listen, { nodes, source, ...line })
  keep('feed', feeds.closed)
  const renewing = followSettings({
    ...{ names: LINK_FILES, what: 'certificates of the feed', started: settings, reread, log, signal },
    apply: (files) => link.replace(files),
  })
  keep('the certificates of the feed', renewing)
  ready({ admin: admin.addresses, feed: feeds.addresses })
})
