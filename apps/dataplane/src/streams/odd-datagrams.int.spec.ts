import { Socket } from 'node:dgram'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, it } from 'vitest'
import { aStreamGateway } from '../fixtures/a-stream-gateway.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { aPeer } from './fixtures/a-peer.ts'

const open = closedAfterEach()

/** A gateway of datagrams, and the sockets that it opened to hear them. */
async function aGateway() {
  const sockets: Socket[] = []
  const note = (message: unknown): void => {
    if (typeof message !== 'object' || message === null || !('socket' in message)) return
    if (message.socket instanceof Socket) sockets.push(message.socket)
  }
  subscribe('udp.socket', note)
  const gateway = await aStreamGateway({ address: { transport: 'udp' } })
  unsubscribe('udp.socket', note)
  open.push(gateway)
  gateway.put('routes', {
    ...{ protocols: ['udp'], destinations: [{ port: gateway.port }] },
    service: { id: gateway.put('services', { protocol: 'udp', host: 'pool' }).id },
  })
  const { id } = gateway.put('upstreams', { name: 'pool' })
  const target = (address: string) => gateway.put('targets', { upstream: { id }, target: address })
  return { gateway, target, sockets }
}

it('a client that may not be answered, since it names no port, opens nothing and ends nothing', async () => {
  const upstream = await aPeer(open, (text) => text)
  const { gateway, target, sockets } = await aGateway()
  target(`127.0.0.1:${upstream.port}`)
  gateway.serve()
  const from = { address: '127.0.0.1', family: 'IPv4', port: 0, size: 4 } as const
  sockets[0]?.emit('message', Buffer.from('none'), from)
  const client = await aPeer(open)
  client.socket.send('some', gateway.port, '127.0.0.1')
  await expect.poll(() => client.heard, { timeout: 10_000 }).toEqual(['some'])
  expect(upstream.heard).toEqual(['some'])
})

it('a target that the system lets nobody send to is left for the next one', async () => {
  const upstream = await aPeer(open, (text) => text)
  const { gateway, target } = await aGateway()
  target('255.255.255.255:9')
  target(`127.0.0.1:${upstream.port}`)
  gateway.serve()
  for (const text of ['1', '2', '3']) {
    const client = await aPeer(open)
    client.socket.send(text, gateway.port, '127.0.0.1')
    await expect.poll(() => client.heard, { timeout: 10_000 }).toEqual([text])
  }
  expect(gateway.lines).not.toContain('a stream failed inside the gateway')
})
