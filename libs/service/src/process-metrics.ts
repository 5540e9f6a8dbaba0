import { X509Certificate } from 'node:crypto'
import { hostname } from 'node:os'
import { counterOf, gaugeOf, type Registry } from './metrics.ts'
import type { App } from './settings/setting.ts'

/** Certificates by the name of their setting: one or none; a function gives those that are renewed meanwhile. */
export type Certificates = Readonly<Record<string, string | null | (() => readonly string[])>>

/** What every process tells of itself: who it is, and until when its certificates are good. */
export function describeProcess(
  registry: Registry,
  app: App,
  { nodeId, version, certificates }: { nodeId: string; version: string; certificates: Certificates },
): void {
  gaugeOf(
    registry,
    {
      name: 'biplane_process_info',
      help: 'Which process this is; always 1.',
      labelNames: ['app', 'node_id', 'hostname', 'version'],
    },
    () => [[{ app, node_id: nodeId, hostname: hostname(), version }, 1]],
  )
  gaugeOf(
    registry,
    { name: 'kong_node_info', help: 'Kong Node metadata information', labelNames: ['node_id', 'version'] },
    () => [[{ node_id: nodeId, version }, 1]],
  )
  gaugeOf(
    registry,
    {
      name: 'biplane_certificate_expiry_timestamp_seconds',
      help: 'When each certificate that this process was given expires, as Unix time; of several, the first to do so.',
      labelNames: ['certificate'],
    },
    () =>
      Object.entries(certificates).flatMap(([certificate, given]) => {
        const pems = typeof given === 'function' ? given() : given === null ? [] : [given]
        return pems.length === 0 ? [] : [[{ certificate }, Math.min(...pems.map(expiryOf))] as const]
      }),
  )
}

/** Unix time at which a certificate expires. */
export function expiryOf(pem: string): number {
  return new X509Certificate(pem).validToDate.getTime() / 1000
}

/** What nginx tells Kong of an HTTP server, and Kong its clients. */
export interface ServerStatistics {
  readonly connections_accepted: number
  readonly connections_handled: number
  readonly connections_active: number
  readonly connections_reading: number
  readonly connections_writing: number
  readonly connections_waiting: number
  readonly total_requests: number
}

/** The metrics that Kong has of its server and its memory, under Kong's names. */
export function describeServer(
  registry: Registry,
  {
    nodeId,
    statistics,
    streams,
    heapBytes,
  }: {
    nodeId: string
    statistics: () => ServerStatistics
    /** Of a process that carries streams, what it has of them. */
    streams?: () => ServerStatistics
    heapBytes: () => number
  },
): void {
  const subsystems = () =>
    [
      { subsystem: 'http', told: statistics() },
      ...(streams === undefined ? [] : [{ subsystem: 'stream', told: streams() }]),
    ] as const
  gaugeOf(
    registry,
    {
      name: 'kong_nginx_connections_total',
      help: 'Number of connections by subsystem',
      labelNames: ['node_id', 'subsystem', 'state'],
    },
    () =>
      subsystems().flatMap(({ subsystem, told }) =>
        Object.entries(told).flatMap(([name, value]) => {
          const [, state] = name.split('connections_')
          return state === undefined ? [] : [[{ node_id: nodeId, subsystem, state }, value] as const]
        }),
      ),
  )
  counterOf(
    registry,
    {
      name: 'kong_nginx_requests_total',
      help: 'Number of requests total',
      labelNames: ['node_id', 'subsystem'],
    },
    () =>
      subsystems().map(
        ({ subsystem, told }) => [{ node_id: nodeId, subsystem }, told.total_requests] as const,
      ),
  )
  gaugeOf(
    registry,
    {
      name: 'kong_memory_workers_lua_vms_bytes',
      help: 'Allocated bytes in worker Lua VM: here, on the JavaScript heaps of the process',
      labelNames: ['node_id', 'pid', 'kong_subsystem'],
    },
    () => [[{ node_id: nodeId, pid: String(process.pid), kong_subsystem: 'http' }, heapBytes()]],
  )
}
