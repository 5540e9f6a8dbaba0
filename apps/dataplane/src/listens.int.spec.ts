import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import { closedAfterEach } from './fixtures/closed-after-each.ts'
import { claimAddresses, streamAddresses } from './listens.ts'

const open = closedAfterEach()
const HOST = '127.0.0.1'
const plain = { ssl: false, http2: false, reuseport: true, proxy_protocol: false, backlog: null }

async function takenByDatagrams(): Promise<number> {
  const socket = createSocket({ type: 'udp4', reusePort: true })
  socket.bind(0, HOST)
  await once(socket, 'listening')
  open.push({ [Symbol.asyncDispose]: async () => void socket.close() })
  return socket.address().port
}

async function takenByConnections(): Promise<number> {
  const server = createServer().listen({ port: 0, host: HOST, reusePort: true })
  await once(server, 'listening')
  open.push({ [Symbol.asyncDispose]: async () => void server.close() })
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.port : 0
}

const claim = (port: number, udp: boolean) =>
  claimAddresses('stream_listen', streamAddresses([{ ...plain, host: HOST, port, udp }]), 0)

it('an address of streams that another process has is not shared with it', async () => {
  const [datagrams, connections] = [await takenByDatagrams(), await takenByConnections()]
  const problem = (port: number) => `stream_listen: cannot listen on ${HOST}:${port}: another process`
  await expect(claim(datagrams, true)).rejects.toThrow(problem(datagrams))
  await expect(claim(connections, false)).rejects.toThrow(problem(connections))
  // Each transport has ports of its own.
  await claim(connections, true)
})
