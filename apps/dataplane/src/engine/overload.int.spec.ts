import { once } from 'node:events'
import type http from 'node:http'
import net from 'node:net'
import type { PluginDefinition } from '@biplane/plugins/handlers'
import { describe, expect, it } from 'vitest'
import { openBlackHole } from '../conformance/black-hole.ts'
import type { Gateway } from '../fixtures/a-gateway.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { gatewayTo, upstreamThat } from '../fixtures/gateway-to.ts'
import type { Limits } from '../overload/limits.ts'
import type { ShedReason } from '../overload/reasons.ts'
import { shed } from '../workers/counters.ts'

const open = closedAfterEach()
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

/** A gateway with an upstream that answers when it is told to. */
async function holding(limits: Partial<Limits>, plugins: readonly PluginDefinition[] = []) {
  const asked: http.ServerResponse[] = []
  const upstream = await upstreamThat(open, (_request, response) => asked.push(response))
  upstream.server.keepAliveTimeout = 0
  const gateway = await gatewayTo(open, upstream, {}, { limits, plugins })
  for (const { name } of plugins) gateway.plug(name)
  gateway.serve()
  const holds = (count: number) => expect.poll(() => asked.length, { timeout: 60_000 }).toBe(count)
  const answer = () => {
    for (const response of asked.splice(0)) response.end('at last')
  }
  return { gateway, holds, answer }
}

function client({ port }: Gateway): {
  say(text: string): void
  heard(): string
  hears(what: RegExp): Promise<void>
  ends(): Promise<void>
  socket: net.Socket
} {
  const socket = net.connect(port, '127.0.0.1')
  let heard = ''
  socket.on('data', (chunk) => {
    heard += chunk
  })
  return {
    socket,
    say: (text) => socket.write(text),
    heard: () => heard,
    ends: () => expect.poll(() => socket.closed, { timeout: 60_000 }).toBe(true),
    hears: (what) => expect.poll(() => heard, { timeout: 60_000 }).toMatch(what),
  }
}

const count = ({ counters }: Gateway, reason: ShedReason) => counters.total(shed(reason))

describe('a connection beyond the bound', () => {
  it('is told so and closed, and those that are there are served', async () => {
    const { gateway, holds, answer } = await holding({ connections: 2 })
    const [first, second] = [client(gateway), client(gateway)]
    first.say(GET)
    second.say(GET)
    await holds(2)
    const third = client(gateway)
    third.say(GET)
    await third.hears(/^HTTP\/1\.1 503 .*Retry-After: \d.*\{"message":"[^"]+"\}$/s)
    await third.ends()
    answer()
    await Promise.all([first.hears(/at last/), second.hears(/at last/)])
    expect(gateway.counters.total('connectionsRefused')).toBe(1)
  })

  it('takes no room while it hears so', async () => {
    const { gateway, holds } = await holding({ connections: 1 })
    const first = client(gateway)
    first.say(GET)
    await holds(1)
    const lingering = net.connect({ port: gateway.port, host: '127.0.0.1', allowHalfOpen: true })
    await once(lingering.resume(), 'end')
    first.socket.destroy()
    await expect.poll(() => gateway.counters.total('active'), { timeout: 60_000 }).toBeLessThan(2)
    client(gateway).say(GET)
    await holds(2)
    lingering.destroy()
  })

  it('takes the place of the one that has been idle for longest', async () => {
    const { gateway, holds, answer } = await holding({ connections: 3 })
    const [busy, idle] = [client(gateway), client(gateway)]
    busy.say(GET)
    idle.say(GET)
    await holds(2)
    answer()
    await idle.hears(/at last/)
    busy.say(GET)
    await holds(1)
    await new Promise((resolve) => setTimeout(resolve, 1200))
    const [young, newcomer] = [client(gateway), client(gateway)]
    newcomer.say(GET)
    await idle.ends()
    await holds(2)
    answer()
    await Promise.all([newcomer.hears(/200 OK.*at last/s), busy.hears(/at last.*at last/s)])
    expect([young.socket.readyState, gateway.counters.total('connectionsGivenUp')]).toEqual(['open', 1])
    expect(gateway.counters.total('connectionsRefused')).toBe(0)
  })
})

describe('a request beyond the bound', () => {
  it('gets an error page with Retry-After, before any plugin, and its connection goes on', async () => {
    let seen = 0
    const access = (): undefined => {
      seen += 1
    }
    const { gateway, holds, answer } = await holding({ requests: 1 }, [
      { name: 'counting', priority: 1, create: () => ({ rewrite: access }) },
    ])
    const [first, second] = [client(gateway), client(gateway)]
    first.say(GET)
    await holds(1)
    second.say('GET / HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\n\r\n')
    await second.hears(
      /^HTTP\/1\.1 503 .*Content-Type: text\/html.*Retry-After: \d.*<p>The server is overloaded/s,
    )
    expect([seen, count(gateway, 'requests_in_flight')]).toEqual([1, 1])
    answer()
    await first.hears(/at last/)
    second.say(GET)
    await holds(1)
    answer()
    await second.hears(/200 OK.*at last/s)
  })

  it('ends its connection when it has a body, which nobody reads', async () => {
    const { gateway, holds } = await holding({ requests: 1 })
    client(gateway).say(GET)
    await holds(1)
    const second = client(gateway)
    second.say(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(100_000)}`)
    await second.hears(/^HTTP\/1\.1 503 .*Connection: close/s)
    await second.ends()
  })

  it('is one that is sent ahead of the answers to a hundred others', async () => {
    const { gateway, holds, answer } = await holding({})
    const one = client(gateway)
    one.say(GET.repeat(103))
    await holds(100)
    answer()
    const statuses = () => [...one.heard().matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)
    await expect.poll(() => statuses().length, { timeout: 60_000 }).toBe(103)
    expect(statuses().lastIndexOf('200')).toBe(99)
    expect(count(gateway, 'pipelined_requests')).toBe(3)
  })

  it('is one for which no connection to an upstream could be opened', async () => {
    const { gateway, holds, answer } = await holding({ upstreamConnections: 2 })
    const [first, second, third] = [client(gateway), client(gateway), client(gateway)]
    first.say(GET)
    second.say(GET)
    await holds(2)
    third.say(GET)
    await third.hears(/^HTTP\/1\.1 503 /)
    answer()
    await Promise.all([first.hears(/at last/), second.hears(/at last/)])
    // Idle connections do not keep others out.
    const kept = () => gateway.counters.total('upstreamConnections')
    await expect.poll(kept, { timeout: 60_000 }).toBeLessThan(2)
  })
})

it('an upstream that answers nobody takes no request from another', { timeout: 60_000 }, async () => {
  const hole = await openBlackHole()
  open.push(hole)
  const upstream = await upstreamThat(open)
  const gateway = await gatewayTo(open, upstream, {}, { limits: { pendingConnects: 2 } })
  const { id } = gateway.put('services', { host: '127.0.0.1', port: hole.port, retries: 1 })
  gateway.put('routes', { paths: ['/hole'], service: { id } })
  gateway.serve()
  const stuck = [client(gateway), client(gateway)]
  for (const { say } of stuck) say(GET.replace('/', '/hole'))
  await expect.poll(() => gateway.counters.total('upstreamConnections'), { timeout: 60_000 }).toBe(2)
  await expect
    .poll(async () => (await fetch(`${gateway.url}/hole`, { signal: AbortSignal.timeout(50) })).status, {
      timeout: 60_000,
    })
    .toBe(503)
  expect(count(gateway, 'pending_connects')).toBe(1)
  expect((await fetch(gateway.url)).status).toBe(200)
})

describe('bodies for which there is no room', () => {
  const body = 'x'.repeat(3000)
  const limits = { bufferedBytes: 2000 }
  const nothing = () => undefined
  const reading: PluginDefinition = {
    name: 'reading',
    priority: 1,
    create: () => ({ needs: { requestBody: { limit: 10_000 } }, access: nothing }),
  }
  const holdingBack: PluginDefinition = {
    name: 'holding-back',
    priority: 1,
    create: () => ({ needs: { responseBody: { limit: 10_000 } }, response: nothing }),
  }

  it.each<[string, readonly PluginDefinition[], string, number]>([
    ['are passed on as they come where nobody but the route would hold them', [], 'POST', 200],
    ['are held where there is room', [reading], 'PUT', 200],
    ['get 503 where a plugin has to see them', [reading], 'POST', 503],
    ['get 503 where a plugin has to see them in the answer', [holdingBack], 'GET', 503],
  ])('%s', async (_what, plugins, method, status) => {
    const upstream = await upstreamThat(open, (request, response) =>
      request.resume().on('end', () => response.end(method === 'GET' ? body : 'ok')),
    )
    const gateway = await gatewayTo(open, upstream, {}, { limits, plugins })
    for (const { name } of plugins) gateway.plug(name)
    gateway.serve()
    const sent = { POST: body, PUT: body.slice(0, 1999) }[method]
    const response = await fetch(gateway.url, { method, body: sent ?? null })
    expect([response.status, response.headers.has('retry-after')]).toEqual([status, status === 503])
    await response.text()
    await expect.poll(() => gateway.counters.total('bufferedBytes'), { timeout: 60_000 }).toBe(0)
    expect(count(gateway, 'buffered_bytes')).toBe(status === 503 ? 1 : 0)
  })
})
