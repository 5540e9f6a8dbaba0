import type { JsonObject } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { UdpExchange } from '../engine/udp-exchange.ts'
import { aStreamGateway, type StreamGateway } from '../fixtures/a-stream-gateway.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { aPeer as aPeerOf, type Peer } from './fixtures/a-peer.ts'

const open = closedAfterEach()

const aPeer = (answer?: (text: string) => string | null) => aPeerOf(open, answer)
const anEcho = (name: string) => aPeer((text) => `${name}: ${text}`)

/** A gateway whose one route, of all that comes to its port, leads there. */
async function gatewayTo(
  service: JsonObject,
  options: Parameters<typeof aStreamGateway>[0] = {},
): Promise<StreamGateway> {
  const gateway = await aStreamGateway({ ...options, address: { transport: 'udp' } })
  open.push(gateway)
  const { id } = gateway.put('services', { protocol: 'udp', host: '127.0.0.1', ...service })
  gateway.put('routes', {
    ...{ protocols: ['udp'], destinations: [{ ip: '127.0.0.1', port: gateway.port }], service: { id } },
  })
  gateway.serve()
  return gateway
}

const say = ({ socket }: Peer, { port }: StreamGateway, text: string) => socket.send(text, port, '127.0.0.1')

/** Waits until this was heard, in this order. */
const hears = ({ heard }: Peer, ...texts: string[]) =>
  expect.poll(() => heard, { timeout: 10_000 }).toEqual(texts)
const ended = (gateway: StreamGateway, count: number) =>
  expect.poll(() => gateway.over.length, { timeout: 20_000 }).toBe(count)

describe('datagrams', () => {
  it('of one client are one stream, in both directions and from the port that it sent to', async () => {
    const upstream = await anEcho('a')
    const gateway = await gatewayTo({ port: upstream.port })
    const client = await aPeer()
    for (const text of ['one', 'two', '', 'four']) say(client, gateway, text)
    await hears(client, 'a: one', 'a: two', 'a: ', 'a: four')
    expect(new Set(client.from)).toEqual(new Set([gateway.port]))
    expect(new Set(upstream.from).size).toBe(1)
    expect(gateway.counters.total('active')).toBe(1)
    expect(gateway.counters.total('upstreamConnections')).toBe(1)
  })

  it('of two clients go separate ways', async () => {
    const upstream = await anEcho('a')
    const gateway = await gatewayTo({ port: upstream.port })
    const clients = [await aPeer(), await aPeer()] as const
    say(clients[0], gateway, 'x')
    say(clients[1], gateway, 'y')
    await hears(clients[0], 'a: x')
    await hears(clients[1], 'a: y')
    expect(new Set(upstream.from).size).toBe(2)
  })

  it('end with the silence that their service allows, and leave nothing open', async () => {
    const upstream = await anEcho('a')
    const gateway = await gatewayTo({ port: upstream.port, read_timeout: 300 })
    const client = await aPeer()
    say(client, gateway, 'once')
    await hears(client, 'a: once')
    await ended(gateway, 1)
    expect(gateway.over[0]?.record).toMatchObject({
      ...{ status: 200, answeredBy: 'upstream' },
      ...{ received: 4, sent: 7, upstreamSent: 4, upstreamReceived: 7 },
    })
    expect(gateway.counters.total('active')).toBe(0)
    await expect.poll(() => gateway.counters.total('upstreamConnections')).toBe(0)
    say(client, gateway, 'again')
    await hears(client, 'a: once', 'a: again')
    expect(new Set(upstream.from).size).toBe(2)
  })

  it('without a route leave nothing behind', async () => {
    const gateway = await gatewayTo({ port: 1 })
    gateway.remove('routes')
    gateway.serve()
    const client = await aPeer()
    say(client, gateway, 'hello')
    await ended(gateway, 1)
    expect(gateway.over[0]?.status).toBe(500)
    expect(gateway.counters.total('active')).toBe(0)
    expect(client.heard).toEqual([])
  })

  it('that a target refuses go to the next one, whole', async () => {
    const gone = await aPeer()
    gone.socket.close()
    const upstream = await anEcho('b')
    const gateway = await gatewayTo({ host: 'pool', retries: 5 })
    const { id } = gateway.put('upstreams', { name: 'pool' })
    for (const { port } of [gone, upstream])
      gateway.put('targets', { upstream: { id }, target: `127.0.0.1:${port}` })
    gateway.serve()
    for (const text of ['1', '2', '3', '4']) {
      const client = await aPeer()
      say(client, gateway, text)
      say(client, gateway, `${text}+`)
      await hears(client, `b: ${text}`, `b: ${text}+`)
    }
    expect(upstream.heard).toEqual(['1', '1+', '2', '2+', '3', '3+', '4', '4+'])
  })

  it('that nobody takes end, and their upstream is told apart from one that took them', async () => {
    const gone = await aPeer()
    gone.socket.close()
    const gateway = await gatewayTo({ port: gone.port, retries: 1 })
    const client = await aPeer()
    say(client, gateway, 'hello')
    await ended(gateway, 1)
    expect(gateway.over[0]?.record).toMatchObject({ status: 502, answeredBy: 'gateway' })
    expect(gateway.over[0]?.attempts).toHaveLength(2)
    expect(gateway.counters.total('upstreamConnections')).toBe(0)
  })

  it('find another upstream when theirs is gone', async () => {
    const first = await anEcho('a')
    const gateway = await gatewayTo({ port: first.port })
    const client = await aPeer()
    say(client, gateway, '1')
    await hears(client, 'a: 1')
    first.socket.close()
    await expect
      .poll(
        () => {
          say(client, gateway, 'gone')
          return gateway.over.length
        },
        { timeout: 10_000, interval: 20 },
      )
      .toBeGreaterThan(0)
    expect(gateway.over[0]?.record).toMatchObject({ status: 200 })
  })

  it('change nothing for those that are under way when the config does', async () => {
    const [first, second] = [await anEcho('a'), await anEcho('b')]
    const gateway = await gatewayTo({ port: first.port })
    const early = await aPeer()
    say(early, gateway, '1')
    await hears(early, 'a: 1')
    gateway.remove('routes')
    const { id } = gateway.put('services', { protocol: 'udp', host: '127.0.0.1', port: second.port })
    gateway.put('routes', { protocols: ['udp'], destinations: [{ port: gateway.port }], service: { id } })
    gateway.serve()
    const late = await aPeer()
    say(early, gateway, '2')
    say(late, gateway, '2')
    await hears(early, 'a: 1', 'a: 2')
    await hears(late, 'b: 2')
  })
})

describe('an engine of datagrams', () => {
  it('gives up the session that was silent longest for a new one, but none that just spoke', async () => {
    const upstream = await anEcho('a')
    const gateway = await gatewayTo({ port: upstream.port }, { limits: { connections: 4 } })
    const [first, second, third] = [await aPeer(), await aPeer(), await aPeer()]
    for (const [i, client] of [first, second].entries()) {
      say(client, gateway, String(i))
      await hears(client, `a: ${i}`)
    }
    say(third, gateway, '2')
    await expect.poll(() => gateway.counters.total('connectionsRefused'), { timeout: 10_000 }).toBe(1)
    expect([third.heard, gateway.counters.total('active')]).toEqual([[], 2])
    // The second one goes on speaking until the first one was silent for long enough.
    await expect
      .poll(
        () => {
          say(second, gateway, '.')
          say(third, gateway, '!')
          return third.heard.length
        },
        { timeout: 10_000, interval: 100 },
      )
      .toBeGreaterThan(0)
    expect(gateway.over.map(({ exchange }) => exchange.stream.peerPort)).toEqual([first.port])
    expect(gateway.counters.total('active')).toBe(2)
  })

  it('that is closed lets silent sessions go at once, waits for the others, and takes no new ones', async () => {
    const upstream = await anEcho('a')
    const gateway = await gatewayTo({ port: upstream.port })
    const [talking, silent, late] = [await aPeer(), await aPeer(), await aPeer()]
    for (const client of [talking, silent]) {
      say(client, gateway, '1')
      await hears(client, 'a: 1')
    }
    const talk = setInterval(() => say(talking, gateway, '.'), 50)
    const closed = gateway.close(2_000)
    await ended(gateway, 1)
    expect(gateway.over[0]?.exchange.stream.peerPort).toBe(silent.port)
    say(late, gateway, 'too late')
    expect(await closed).toBe(1)
    clearInterval(talk)
    expect([late.heard, gateway.over.length]).toEqual([[], 2])
    await expect.poll(() => gateway.counters.total('upstreamConnections')).toBe(0)
  })

  it('holds no more than a bound of what a client sends before its way is known', async () => {
    const upstream = await aPeer()
    const stream = { transport: 'udp', isTls: false, serverName: undefined, proxied: null } as const
    const surroundings = { upstreams: { opened: () => undefined, closed: () => undefined } }
    const exchange = new UdpExchange(
      { ...stream, peer: '127.0.0.1', peerPort: 1, address: '127.0.0.1', port: 1 },
      { reply: () => undefined, active: () => undefined, surroundings },
    )
    for (let i = 0; i < 100; i++) exchange.take(Buffer.alloc(i === 0 ? 60_000 : 100))
    const to = { host: '127.0.0.1', port: upstream.port, timeout: 10_000, tls: null }
    expect(await exchange.connect(to)).toEqual({ kind: 'connected' })
    expect(exchange.traffic).toMatchObject({ received: 69_900, upstreamSent: 65_500 })
    exchange.close()
  })
})
