import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JsonObject } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { aGateway, type Gateway } from '../fixtures/a-gateway.ts'
import { anUpstream } from '../fixtures/an-upstream.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'

const open = closedAfterEach()

/** A gateway whose one route leads to one target of an upstream. */
async function gatewayTo(
  target: string,
  { upstream = {}, route = {} }: { upstream?: JsonObject; route?: JsonObject },
): Promise<Gateway> {
  const gateway = await aGateway()
  open.push(gateway)
  const { id } = gateway.put('services', { host: 'pool.invalid' })
  gateway.put('routes', { paths: ['/'], service: { id }, ...route })
  const pool = gateway.put('upstreams', { name: 'pool.invalid', ...upstream })
  gateway.put('targets', { upstream: { id: pool.id }, target })
  gateway.serve()
  return gateway
}

const tellHost: RequestListener = ({ headers }, response) => response.end(headers.host)

async function ipv6Upstream(): Promise<number> {
  const server = createServer(tellHost)
  await new Promise<void>((resolve) => server.listen(0, '::1', resolve))
  open.push({
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
  // A server for TCP has a port.
  return (server.address() as AddressInfo).port
}

describe('the Host of a request to a target', () => {
  it.each<[string, JsonObject, JsonObject, string]>([
    ['is the target', {}, {}, '127.0.0.1:PORT'],
    ['is what the upstream says', { host_header: 'a.test' }, {}, 'a.test:PORT'],
    ['is what the upstream says, with its port', { host_header: 'a.test:8' }, {}, 'a.test:8'],
    ['is that of the client, where it is preserved', {}, { preserve_host: true }, 'localhost:GATEWAY'],
    [
      'is that of the client, whatever the upstream says',
      { host_header: 'a.test' },
      { preserve_host: true },
      'localhost:GATEWAY',
    ],
  ])('%s', async (_what, upstream, route, host) => {
    const echo = await anUpstream(tellHost)
    open.push(echo)
    const gateway = await gatewayTo(`127.0.0.1:${echo.port}`, { upstream, route })
    const expected = host.replace('PORT', String(echo.port)).replace('GATEWAY', String(gateway.port))
    expect(await (await fetch(`http://localhost:${gateway.port}`)).text()).toBe(expected)
  })

  it('is an IPv6 address in brackets, in full, as Kong keeps it', async () => {
    const port = await ipv6Upstream()
    const gateway = await gatewayTo(`[::1]:${port}`, {})
    expect(await (await fetch(gateway.url)).text()).toBe(`[0000:0000:0000:0000:0000:0000:0000:0001]:${port}`)
  })
})

describe('an upstream that goes while a request is under way', () => {
  it('lets it end, and the next one finds no such name', async () => {
    const asked = Promise.withResolvers<void>()
    const finish = Promise.withResolvers<void>()
    const slow = await anUpstream(async (_request, response) => {
      asked.resolve()
      await finish.promise
      response.end('done')
    })
    open.push(slow)
    const gateway = await gatewayTo(`127.0.0.1:${slow.port}`, {})
    const first = fetch(gateway.url)
    await asked.promise
    gateway.remove('upstreams')
    gateway.serve()
    const next = await fetch(gateway.url)
    expect([next.status, await next.json()]).toEqual([503, { message: 'name resolution failed' }])
    finish.resolve()
    expect(await (await first).text()).toBe('done')
  })
})
