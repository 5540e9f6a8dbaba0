/** How much a node takes at once. It crosses thread boundaries, so it is plain. */
export interface Limits {
  /** Connections of clients, of the whole node. */
  readonly connections: number
  /** Requests in flight, of the whole node. */
  readonly requests: number
  /** Connections to upstreams, of the whole node, idle ones included. */
  readonly upstreamConnections: number
  /** Bytes of bodies that are held as a whole, of the whole node. */
  readonly bufferedBytes: number
  /** Bytes on heaps and beside them, of all workers together. */
  readonly memoryBytes: number
  /** Connections that a worker opens at one moment to one upstream address. */
  readonly pendingConnects: number
  /** How late the event loop of a worker may be, again and again, milliseconds; infinite for no bound. */
  readonly delayMs: number
}

export interface LimitSettings {
  readonly nginx_worker_processes: number
  readonly nginx_events_worker_connections: number | null
  readonly max_requests_in_flight: number | null
  readonly max_buffered_bytes: number | null
  readonly max_pending_connects: number
  /** Seconds; 0 sets no bound. */
  readonly max_event_loop_delay: number
}

/** What the process may use. */
export interface Machine {
  /** How many files and sockets it may have open. */
  readonly openFiles: number
  readonly memoryBytes: number
}

/** What Kong gives each of its workers. */
const CONNECTIONS_OF_A_WORKER = 16_384
/** For everything but clients and upstreams: the store, the line to the control plane, logs, status, what plugins open. */
const RESERVED_FILES = 512
/** Below this a node is not what its operator takes it for. */
const FEW = 4096

/** The limits, and the sentence that an operator is to read where the machine has less than is asked of it. */
export function limitsOf(
  settings: LimitSettings,
  machine: Machine,
): { readonly limits: Limits; readonly warning: string | null } {
  const given = settings.nginx_events_worker_connections
  const wanted = settings.nginx_worker_processes * (given ?? CONNECTIONS_OF_A_WORKER)
  const usable = machine.openFiles - Math.min(RESERVED_FILES, Math.floor(machine.openFiles / 4))
  // An idle client needs no upstream: the greater part is for clients.
  const connections = Math.max(1, Math.min(wanted, Math.floor((usable * 3) / 4)))
  const delay = settings.max_event_loop_delay
  const limits: Limits = {
    connections,
    requests: settings.max_requests_in_flight ?? connections,
    upstreamConnections: Math.max(1, usable - connections),
    bufferedBytes: settings.max_buffered_bytes ?? Math.floor(machine.memoryBytes / 4),
    memoryBytes: Math.floor(machine.memoryBytes * 0.9),
    pendingConnects: settings.max_pending_connects,
    delayMs: delay === 0 ? Number.POSITIVE_INFINITY : delay * 1000,
  }
  const isTooLow = connections < (given === null ? Math.min(wanted, FEW) : wanted)
  return { limits, warning: isTooLow ? TOO_FEW_FILES : null }
}

const TOO_FEW_FILES = 'the limit of open files is low: this node holds fewer connections than it is set to'
