import { once } from 'node:events'
import http from 'node:http'
import type { JsonObject } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { aGateway, type Gateway } from '../fixtures/a-gateway.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'

const open = closedAfterEach()

async function gatewayWith(options: Parameters<typeof aGateway>[0], route: JsonObject): Promise<Gateway> {
  const gateway = await aGateway(options)
  open.push(gateway)
  gateway.put('routes', route)
  gateway.serve()
  return gateway
}

/** Whether the one route matches: it has no service. */
async function isFound({ port }: Gateway, request: http.RequestOptions): Promise<boolean> {
  const asked = http.get({ port, host: '127.0.0.1', ...request })
  const [response] = await once(asked, 'response')
  response.resume()
  expect([404, 503]).toContain(response.statusCode)
  return response.statusCode === 503
}

describe('headers', () => {
  it.each([
    ['one of the hop', { upgrade: ['chat'] }, ['Upgrade', 'chat'], 100, true],
    ['the last one that counts', { x: ['1'] }, ['y', '1', 'x', '1'], 3, true],
    ['not one behind that', { x: ['1'] }, ['y', '1', 'x', '1'], 2, false],
  ])('that a route is found by: %s', async (_which, wanted, headers, lua_max_req_headers, found) => {
    const gateway = await gatewayWith({ http: { lua_max_req_headers } }, { headers: wanted })
    expect(await isFound(gateway, { headers: ['host', 'a', ...headers] })).toBe(found)
  })
})

describe('an expression', () => {
  const expressions = (expression: string) =>
    gatewayWith({ flavor: 'expressions', host: '0.0.0.0' }, { expression, priority: 0, protocols: ['http'] })

  it.each<[string, http.RequestOptions, boolean]>([
    ['net.src.ip == 127.0.0.2', { localAddress: '127.0.0.2' }, true],
    ['net.src.ip in 127.0.0.0/31', { localAddress: '127.0.0.2' }, false],
    ['net.src.port > 1', {}, true],
    ['net.src.port == 1', {}, false],
    ['net.dst.ip == 127.0.0.3', { host: '127.0.0.3' }, true],
    ['net.dst.ip in 127.0.0.0/31', { host: '127.0.0.3' }, false],
    ['net.dst.port == 1', {}, false],
    ['net.dst.port > 1', {}, true],
    ['http.queries.a == "1"', { path: '/?b&a=1' }, true],
    ['http.queries.a == "1"', { path: `/?${'b&'.repeat(100)}a=1` }, false],
  ])('sees the connection: %s', async (expression, request, found) => {
    expect(await isFound(await expressions(expression), request)).toBe(found)
  })
})
