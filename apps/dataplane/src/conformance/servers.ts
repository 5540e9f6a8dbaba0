import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { ServerBehaviour } from './case.ts'

/** A request as it arrived. */
export interface Arrival {
  readonly server: string
  readonly method: string
  readonly target: string
  /** Names in lower case, each with its values in order. */
  readonly headers: ReadonlyMap<string, readonly string[]>
  readonly body: string
}

/** The upstreams of a case, and what reached them. */
export interface Servers extends AsyncDisposable {
  readonly ports: Readonly<Record<string, number>>
  readonly arrivals: readonly Arrival[]
  /** `U1 requests` and `U1 connections`, so far. */
  counts(): Record<string, number>
}

const NAMES = ['U1', 'U2', 'U3', 'U4', 'LOG'] as const

/** @param behaviours by name; a server without one echoes what it gets, as JSON */
export async function openServers(
  behaviours: Readonly<Record<string, ServerBehaviour>> = {},
): Promise<Servers> {
  const arrivals: Arrival[] = []
  const connections: string[] = []
  const servers = NAMES.map((name) => ({ name, server: serve(name, behaviours[name] ?? {}, arrivals) }))
  const ports: Record<string, number> = { CLOSED: await closedPort() }
  for (const { name, server } of servers) {
    server.on('connection', () => connections.push(name))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    ports[name] = portOf(server.address())
  }
  const counted = (names: readonly string[], what: string) =>
    NAMES.map((name) => [`${name} ${what}`, names.filter((one) => one === name).length] as const)
  return {
    ports,
    arrivals,
    counts: () =>
      Object.fromEntries([
        ...counted(
          arrivals.map(({ server }) => server),
          'requests',
        ),
        ...counted(connections, 'connections'),
      ]),
    async [Symbol.asyncDispose]() {
      for (const { server } of servers) {
        server.closeAllConnections()
        await new Promise((resolve) => server.close(resolve))
      }
    },
  }
}

function serve(name: string, behaviour: ServerBehaviour, arrivals: Arrival[]) {
  const { accept_then_close: closes, delay_ms: delay, respond } = behaviour
  const server = createServer(async (request, response) => {
    const arrival = await arrived(name, request)
    arrivals.push(arrival)
    if (delay !== undefined) await pause(delay)
    if (respond === undefined) echo(arrival, response)
    else response.writeHead(respond.status, { ...respond.headers }).end(respond.body)
  })
  if (closes) server.on('connection', (socket) => socket.destroy())
  return server
}

async function arrived(server: string, request: IncomingMessage): Promise<Arrival> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const headers = new Map<string, readonly string[]>()
  for (const [name, values = []] of Object.entries(request.headersDistinct)) headers.set(name, values)
  const { method = '', url: target = '' } = request
  return { server, method, target, headers, body: Buffer.concat(chunks).toString() }
}

function echo({ server, method, target, headers, body }: Arrival, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'x-server': server })
  response.end(JSON.stringify({ method, target, headers: Object.fromEntries(headers), body }))
}

async function closedPort(): Promise<number> {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const port = portOf(server.address())
  await new Promise((resolve) => server.close(resolve))
  return port
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}
