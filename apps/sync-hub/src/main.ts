import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import {
  certificateDigest,
  createMetrics,
  describeProcess,
  formatAddress,
  listenerCertificate,
  listening,
  nodeIdentity,
  runApp,
  serveStatus,
} from '@biplane/service'
import { openHub } from './hub.ts'

await runApp('sync-hub', async ({ settings, log, levels, signal, keep, ready }) => {
  const nodeId = await nodeIdentity(settings, log)
  const version = settings.reported_version
  const introduction = { nodeId, instance: randomUUID(), hostname: hostname(), version }
  const feedPair = { cert: settings.feed_cert, key: settings.feed_cert_key }
  const clusterPair = { cert: settings.cluster_cert, key: settings.cluster_cert_key }
  const statusPair = { cert: settings.status_ssl_cert, key: settings.status_ssl_cert_key }
  const accepted = new Set([certificateDigest(settings.cluster_cert)])
  const { bytes, limit } = settings.lmdb_map_size
  const registry = createMetrics()
  describeProcess(registry, 'sync-hub', {
    nodeId,
    version,
    certificates: {
      cluster_cert: clusterPair.cert,
      feed_cert: feedPair.cert,
      status_ssl_cert: statusPair.cert,
    },
  })
  const listens = settings.cluster_listen.map(formatAddress)

  const hub = await listening(
    'cluster_listen',
    listens.join(', '),
    openHub({
      store: { directory: settings.lmdb_environment_path, ...(limit ? { mapSize: bytes } : {}) },
      version,
      refuseInsecure: settings.compat_refuse_insecure,
      source: {
        addresses: settings.cluster_feed.map(formatAddress),
        tls: { credentials: () => feedPair },
        hello: () => ({ ...introduction, plugins: [], labels: {}, relay: true }),
      },
      nodes: {
        listens: settings.cluster_listen,
        tls: { credentials: () => clusterPair, trust: () => ({ kind: 'shared', digests: accepted }) },
      },
      registry,
      log,
      signal,
    }),
  )
  keep('the hub', hub.running)
  const status = await serveStatus({
    listens: settings.status_listen,
    probes: { status: hub.status, ready: hub.ready, metrics: registry, levels },
    certificate: () => listenerCertificate(statusPair, settings.prefix, 'status-kong-default'),
    log,
    signal,
  })
  keep('status', status.closed)
  ready({ nodes: hub.addresses.map(formatAddress), status: status.addresses })
})
