import { hostname } from 'node:os'
import { encryptionFrom } from '@biplane/config-store'
import {
  formatAddress,
  listenerCertificate,
  nodeIdentity,
  runApp,
  type Settings,
  serveStatus,
} from '@biplane/service'
import { takeGivenConfig } from './declarative/take-given-config.ts'
import { closeInTime, drain } from './drain.ts'
import type { ListenAddress } from './engine/engine.ts'
import { claimAddresses, declineAdminApi, listenAddresses, streamAddresses } from './listens.ts'
import { nodeMetrics } from './metrics.ts'
import { type NodeOptions, openDataPlane } from './node.ts'
import { limitsOf } from './overload/limits.ts'
import { thisMachine } from './overload/machine.ts'
import { tellShed } from './overload/tell-shed.ts'
import { installedPlugins } from './plugins/installed.ts'
import { probesOf } from './status.ts'
import { LinkCertificates } from './sync/certificates.ts'
import { keepLine } from './sync/keep-line.ts'
import { LineState } from './sync/line-state.ts'
import { clientTls } from './tls/client-tls.ts'
import { Controls } from './workers/controls.ts'
import { showLevel } from './workers/shown-level.ts'
import { workerSettings } from './workers/worker-settings.ts'

/** For all that stops beside the proxy. */
const REST_MS = 2_000

await runApp(
  'dataplane',
  async (app) => {
    const { settings, log, levels, signal, beforeStop, onStop, ready } = app
    const { prefix, reported_version: version } = settings
    const link = new LinkCertificates(settings)
    const named = { ...settings, node_id: link.nodeId(settings.node_id) }
    const identity = { id: await nodeIdentity(named, log), hostname: hostname() }
    const installed = await installedPlugins(settings.plugins, settings.plugins_path, version)
    const plugins = installed.schemas
    const statusPair = { cert: settings.status_ssl_cert, key: settings.status_ssl_cert_key }
    const listens = await proxyListens(settings)
    const streams = streamAddresses(settings.stream_listen)
    await claimAddresses('stream_listen', streams)
    declineAdminApi(settings.admin_listen, log)
    const { limits, warning } = limitsOf(settings, thisMachine())
    if (warning !== null) log.warn({ connections: limits.connections }, warning)
    const controls = new Controls()
    showLevel(levels, controls)
    signal.addEventListener('abort', () => controls.drain(), { once: true })
    const node = await openDataPlane({
      store: storeIn(settings),
      plugins: installed,
      workers: settings.nginx_worker_processes,
      listens,
      streams,
      settings: workerSettings(settings, identity, limits, await clientTls(settings)),
      controls,
      log,
    })
    tellShed(node.counters, log, signal)
    const { ssl_cert, status_ssl_cert } = settings
    const certificates = {
      cluster_cert: () => [link.credentials().cert],
      ssl_cert: () => ssl_cert,
      status_ssl_cert,
    }
    const { metrics, line } = nodeMetrics(node, { nodeId: identity.id, version, certificates })
    const state = new LineState(Date.now)
    const who = { ...identity, version, labels: settings.cluster_dp_labels, plugins }

    // The status stays readable until the end: it says that the node is draining.
    const ended = new AbortController()
    const status = await serveStatus({
      listens: settings.status_listen,
      probes: probesOf(node, { metrics, levels, who, line: () => state.report }),
      certificate: () => listenerCertificate(statusPair, prefix, 'status-kong-default'),
      log,
      signal: ended.signal,
    })
    onStop('status', () => {
      ended.abort()
      return status.closed
    })
    await takeGivenConfig(node, { settings, plugins, log })
    keepLine(app, node, { who, link, metrics: line, state })
    // Stopped before the line is: clients are let go at once, whatever is being applied.
    onStop('the proxy', () => closeInTime(node, settings.nginx_main_worker_shutdown_timeout, log))
    beforeStop(() => drain(node, settings.drain_delay, log))
    const at = { proxy: listens.map(formatAddress), stream: streams.map(formatAddress) }
    ready({ ...at, status: status.addresses })
  },
  { stopWithinMs: (settings) => settings.nginx_main_worker_shutdown_timeout + REST_MS },
)

/** Where clients are waited for, which no other process may have. */
async function proxyListens(settings: Settings<'dataplane'>): Promise<ListenAddress[]> {
  const listens = listenAddresses(settings.proxy_listen)
  await claimAddresses('proxy_listen', listens)
  return listens
}

function storeIn(settings: Settings<'dataplane'>): NodeOptions['store'] {
  const { lmdb_environment_path: directory, lmdb_map_size: mapSize } = settings
  const encryption = encryptionFrom(settings)
  return { directory, encryption, ...(mapSize.limit ? { mapSize: mapSize.bytes } : {}) }
}
