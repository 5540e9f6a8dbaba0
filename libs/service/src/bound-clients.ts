import type { Server } from 'node:http'

/** What the clients of a server for operators and tools may take of a process that has other things to do. */
export interface ClientBounds {
  /** How many connections there may be; others are closed. */
  readonly connections: number
  /** How long the whole of a request may take to arrive, milliseconds. */
  readonly requestMs: number
  /** How long nothing may go over a connection, in the midst of a request too, milliseconds. */
  readonly silentMs: number
}

/** Keeps clients that are slow, or many, from taking the sockets and the memory of the process. */
export function boundClients(server: Server, { connections, requestMs, silentMs }: ClientBounds): void {
  server.maxConnections = connections
  server.requestTimeout = requestMs
  // Where the time for a head is the longer one, node:http looks at neither.
  server.headersTimeout = Math.min(server.headersTimeout, requestMs)
  server.timeout = silentMs
}
