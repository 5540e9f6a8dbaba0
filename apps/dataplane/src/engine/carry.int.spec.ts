import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { carry } from './carry.ts'

const open: Socket[] = []
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy()
})

/** The two ends of a connection; both may be half open. */
async function connection(): Promise<[ours: Socket, theirs: Socket]> {
  const server = createServer({ allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // Listening on a TCP port, the address is never a path.
  const { port } = server.address() as AddressInfo
  const accepted = once(server, 'connection')
  const theirs = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const [ours] = (await accepted) as [Socket] // as net's types leave the arguments of events open
  server.close()
  for (const socket of [ours, theirs]) open.push(socket.on('error', () => undefined))
  return [ours, theirs]
}

it('a client that does not take the last of what an upstream said before it closed is not waited for for ever', async () => {
  const [client, reader] = await connection()
  reader.pause()
  reader.end()
  // Until the system takes no more for it.
  for (let quiet = 0; quiet < 200; quiet += client.writableLength > 0 ? 1 : 0) {
    if (client.writableLength === 0) client.write(Buffer.alloc(16 * 1024))
    await turn()
  }
  const [upstream, server] = await connection()
  server.resume()
  server.end('the last of it')
  const end = await carry(client, upstream, { read: 60_000, write: 300 })
  expect([end, client.destroyed]).toEqual(['idle', true])
})
