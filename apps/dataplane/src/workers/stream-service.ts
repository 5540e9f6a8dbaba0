import type { Facilities, PluginLog } from '@biplane/plugins/handlers'
import { tcpStreamEngine } from '../engine/tcp-streams.ts'
import { udpStreamEngine } from '../engine/udp-streams.ts'
import type { Load } from '../overload/load.ts'
import { clientAddresses } from '../proxy/client-address.ts'
import type { Live } from '../runtime/live.ts'
import { streamHandler } from '../streams/handle-stream.ts'
import { configuredStreamPlugins } from '../streams/run-plugins.ts'
import type { StreamAddress, StreamSurroundings } from '../streams/stream.ts'
import type { ServedCertificates } from '../tls/served-certificates.ts'
import type { Upstreams } from '../upstreams/upstreams.ts'
import { countStreams } from './count-streams.ts'
import { type Counters, tooSlow } from './counters.ts'
import type { WorkerSettings } from './messages.ts'

/** Where streams of a worker come in, each kind by the engine that carries it. */
export interface StreamService {
  listen(addresses: readonly StreamAddress[]): Promise<void>
  /** Lets streams end for at most `graceMs`; what is cut is counted. */
  close(graceMs: number): Promise<void>
}

/** What a worker has for requests and streams alike. */
export interface StreamServiceParts {
  readonly slot: number
  readonly counters: Counters
  readonly load: Load
  readonly upstreams: Upstreams
  readonly certificates: ServedCertificates
  readonly facilities: Facilities
  readonly log: PluginLog
}

export function streamService(
  live: Live,
  settings: WorkerSettings,
  parts: StreamServiceParts,
): StreamService {
  const { slot, counters, load, upstreams, certificates, facilities, log } = parts
  const counts = countStreams(counters, slot)
  const handle = streamHandler(live, {
    plugins: configuredStreamPlugins({ node: settings.node, facilities, log }),
    // There are no headers that could tell it.
    clientAddress: clientAddresses({ ...settings, real_ip_header: 'proxy_protocol' }),
    ...{ upstreams, load, http: settings, log, ended: counts.ended },
    clock: () => performance.now(),
    now: Date.now,
  })
  const surroundings: StreamSurroundings = {
    ...{ connected: counts.connected, disconnected: counts.disconnected },
    hasRoom: (transport) => (transport === 'udp' ? load.hasRoomForDatagrams : load.hasRoom(0)),
    refused: () => counters.add(slot, 'connectionsRefused', 1),
    upstreams: {
      opened: () => counters.add(slot, 'upstreamConnections', 1),
      closed: () => counters.add(slot, 'upstreamConnections', -1),
    },
    tooSlow: () => counters.add(slot, tooSlow('head'), 1),
  }
  const engines = {
    tcp: tcpStreamEngine(handle, settings, (name) => certificates.contextFor(name), surroundings),
    udp: udpStreamEngine(handle, surroundings),
  }
  return {
    async listen(addresses) {
      await Promise.all(addresses.map((address) => engines[address.transport].listen(address)))
    },
    async close(graceMs) {
      const cuts = await Promise.all([engines.tcp.close(graceMs), engines.udp.close(graceMs)])
      counts.cut(cuts[0] + cuts[1])
    },
  }
}
