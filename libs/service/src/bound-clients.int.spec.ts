import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { boundClients, type ClientBounds } from './bound-clients.ts'

const usual: ClientBounds = { connections: 9, requestMs: 60_000, silentMs: 60_000 }

/** Connects to a server with these bounds. */
async function serving(bounds: Partial<ClientBounds>, answer: RequestListener): Promise<() => net.Socket> {
  const server = createServer({ connectionsCheckingInterval: 20 }, answer)
  boundClients(server, { ...usual, ...bounds })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // of a TCP server
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return () => net.connect(port, '127.0.0.1').on('error', () => undefined)
}

it('a connection too many is closed', async () => {
  const connect = await serving({ connections: 1 }, () => undefined)
  await once(connect(), 'connect')
  await once(connect(), 'close')
})

it('a request that does not arrive in time is refused', async () => {
  const connect = await serving({ requestMs: 100 }, () => undefined)
  const socket = connect()
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n')
  const drip = setInterval(() => socket.write('x'), 20)
  let heard = ''
  socket.on('data', (chunk) => {
    heard += chunk
  })
  await once(socket, 'close')
  clearInterval(drip)
  expect(heard).toMatch(/^HTTP\/1\.1 408 /)
})

it.each([
  ['takes nothing of its answer', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
  ['says nothing', ''],
])('a client that %s is cut', async (_what, sent) => {
  const closed = Promise.withResolvers<void>()
  const connect = await serving({ silentMs: 200 }, (_request, response) => {
    response.on('close', closed.resolve)
    response.end(Buffer.alloc(64 * 1024 ** 2))
  })
  const socket = connect()
  socket.write(sent)
  if (sent === '') await once(socket.resume(), 'close')
  else await closed.promise
  socket.destroy()
})
