import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { encryptionFrom, storeKeysFrom } from '@biplane/config-store'
import {
  createMetrics,
  describeProcess,
  followSettings,
  formatAddress,
  listenerCertificate,
  listening,
  nodeIdentity,
  runApp,
  serveStatus,
} from '@biplane/service'
import { LINK_FILES, LinkCertificates } from './certificates.ts'
import { openHub } from './hub.ts'

await runApp('sync-hub', async ({ settings, reread, log, levels, signal, beforeStop, keep, ready }) => {
  const nodeId = await nodeIdentity(settings, log)
  const version = settings.reported_version
  const introduction = { nodeId, instance: randomUUID(), hostname: hostname(), version }
  const certificates = new LinkCertificates(settings)
  const statusPair = { cert: settings.status_ssl_cert, key: settings.status_ssl_cert_key }
  const { bytes, limit } = settings.lmdb_map_size
  const registry = createMetrics()
  describeProcess(registry, 'sync-hub', {
    nodeId,
    version,
    certificates: {
      cluster_cert: () => [certificates.nodes.credentials().cert],
      feed_cert: () => [certificates.feed.credentials().cert],
      status_ssl_cert: statusPair.cert,
    },
  })
  const listens = [...settings.cluster_listen, ...settings.relay_listen].map(formatAddress)

  const hub = await listening(
    settings.relay_listen.length > 0 ? 'cluster_listen, relay_listen' : 'cluster_listen',
    listens.join(', '),
    openHub({
      store: {
        directory: settings.lmdb_environment_path,
        ...(limit ? { mapSize: bytes } : {}),
        encryption: encryptionFrom(settings),
      },
      version,
      refuseInsecure: settings.compat_refuse_insecure,
      source: {
        addresses: settings.cluster_feed.map(formatAddress),
        tls: certificates.feed,
        hello: () => ({ ...introduction, plugins: [], labels: {}, relay: true }),
      },
      nodes: {
        listens: settings.cluster_listen,
        tls: certificates.nodes,
      },
      hubs: { listens: settings.relay_listen, tls: certificates.hubs },
      registry,
      log,
      signal,
    }),
  )
  keep('the hub', hub.running)
  beforeStop(() => hub.drain(settings.cluster_drain_timeout))
  const following = followSettings({
    names: [...LINK_FILES, 'cluster_cert_key_previous'],
    ...{ what: 'certificates of the links', started: settings, reread, log, signal },
    apply(files) {
      certificates.replace(files)
      hub.adoptKeys(storeKeysFrom(files))
    },
  })
  keep('the certificates of the links', following)
  const status = await serveStatus({
    listens: settings.status_listen,
    probes: { status: hub.status, ready: hub.ready, metrics: registry, levels },
    certificate: () => listenerCertificate(statusPair, settings.prefix, 'status-kong-default'),
    log,
    signal,
  })
  keep('status', status.closed)
  ready({
    nodes: hub.addresses.map(formatAddress),
    hubs: hub.hubAddresses.map(formatAddress),
    status: status.addresses,
  })
})
