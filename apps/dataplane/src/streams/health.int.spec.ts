import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { JsonObject } from '@biplane/entities'
import { freePort } from '@biplane/tools/postgres'
import { expect, it } from 'vitest'
import { aStreamGateway, type StreamGateway } from '../fixtures/a-stream-gateway.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { aServer, echoAs, heardUntilClosed } from './fixtures/a-server.ts'

const open = closedAfterEach()

const TURNED_AWAY = 'a target is unhealthy and gets no more requests'

/** A gateway whose one route leads to targets at these ports, which are judged so. */
async function gatewayTo(
  transport: 'tcp' | 'udp',
  ports: readonly number[],
  passive: JsonObject,
  fields: JsonObject = {},
): Promise<StreamGateway> {
  const gateway = await aStreamGateway({ address: { transport } })
  open.push(gateway)
  const { id } = gateway.put('services', { protocol: transport, host: 'pool.internal', port: 1, ...fields })
  gateway.put('routes', {
    protocols: [transport],
    destinations: [{ port: gateway.port }],
    service: { id },
  })
  const upstream = gateway.put('upstreams', { name: 'pool.internal', healthchecks: { passive } })
  for (const port of ports)
    gateway.put('targets', { upstream: { id: upstream.id }, target: `127.0.0.1:${port}` })
  gateway.serve()
  return gateway
}

async function said({ port }: StreamGateway, text = ''): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' })
  socket.end(text)
  return heardUntilClosed(socket)
}

const health = ({ lines }: StreamGateway) => lines.filter((line) => line.startsWith('a target is'))

it('a target that refuses streams gets no more of them, and nobody notices', async () => {
  const { port } = await aServer(open, echoAs('good'))
  const unhealthy = { tcp_failures: 2 }
  const gateway = await gatewayTo('tcp', [port, await freePort()], { unhealthy })
  for (let i = 0; i < 8; i++) expect(await said(gateway)).toBe('good:')
  await expect.poll(() => health(gateway)).toEqual([TURNED_AWAY])
  const tried = gateway.over.flatMap(({ attempts }) => attempts ?? []).filter(({ failed }) => failed)
  expect(tried).toHaveLength(2)
})

it('also the last try counts as a connection that failed', async () => {
  const gateway = await gatewayTo(
    'tcp',
    [await freePort()],
    { unhealthy: { tcp_failures: 2 } },
    { retries: 0 },
  )
  for (let i = 0; i < 4; i++) expect(await said(gateway)).toBe('')
  await expect.poll(() => gateway.over.map(({ status }) => status)).toEqual([502, 502, 503, 503])
  expect(health(gateway)).toEqual([TURNED_AWAY])
})

it('a connection that is made forgives those that were not, where successes count', async () => {
  const port = await freePort()
  const passive = { unhealthy: { tcp_failures: 2 }, healthy: { successes: 1 } }
  const gateway = await gatewayTo('tcp', [port], passive, { retries: 0 })
  expect(await said(gateway)).toBe('')
  const server = createServer(echoAs('good')).listen(port, '127.0.0.1')
  await once(server, 'listening')
  expect(await said(gateway)).toBe('good:')
  await new Promise((resolve) => server.close(resolve))
  expect(await said(gateway)).toBe('')
  expect(health(gateway)).toEqual([])
  expect(await said(gateway)).toBe('')
  expect(health(gateway)).toEqual([TURNED_AWAY])
})

it('a target that takes no datagrams gets no more of them', async () => {
  const closed = createSocket('udp4').bind(0, '127.0.0.1')
  await once(closed, 'listening')
  const { port } = closed.address()
  closed.close()
  const gateway = await gatewayTo('udp', [port], { unhealthy: { tcp_failures: 1 } }, { retries: 0 })
  const client = createSocket('udp4')
  client.send('anybody there?', gateway.port, '127.0.0.1')
  await expect.poll(() => health(gateway)).toEqual([TURNED_AWAY])
  client.close()
})
