import { type RequestListener, request } from 'node:http'
import { text } from 'node:stream/consumers'
import type { JsonObject } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { aGateway, type Gateway } from '../fixtures/a-gateway.ts'
import { anUpstream, serviceAt } from '../fixtures/an-upstream.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'

const open = closedAfterEach()

/** What the upstream got. */
interface Echo {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A gateway with these plugins, by name, whose only route leads to an upstream. */
async function gatewayWith(
  plugins: Readonly<Record<string, JsonObject>>,
  given: { readonly route?: JsonObject; readonly answer?: Parameters<typeof anUpstream>[0] } = {},
): Promise<Gateway> {
  const upstream = await anUpstream(given.answer)
  const gateway = await aGateway()
  open.push(upstream, gateway)
  const { id } = gateway.put('services', serviceAt(upstream))
  gateway.put('routes', { paths: ['/'], ...given.route, service: { id } })
  for (const [name, config] of Object.entries(plugins)) gateway.put('plugins', { name, config })
  gateway.serve()
  return gateway
}

/** Sends a body in chunks. */
function sendChunks({ port }: Gateway, chunks: readonly string[]): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', method: 'POST' }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject)
    })
    sent.on('error', reject)
    for (const chunk of chunks) sent.write(chunk)
    sent.end()
  })
}

describe('request-size-limiting', () => {
  const limit = { allowed_payload_size: 10, size_unit: 'bytes' }

  it('measures chunks, and passes on those that fit', async () => {
    const gateway = await gatewayWith({ 'request-size-limiting': limit })
    const { status, body } = await sendChunks(gateway, ['01234', '56789'])
    expect([status, JSON.parse(body)]).toMatchObject([200, { body: '0123456789' }])
    expect(await sendChunks(gateway, ['01234', '56789', 'x'])).toMatchObject({ status: 413 })
  })
})

describe('request-transformer', () => {
  it('leads to a path that the route captured, whatever it holds', async () => {
    const uri = '/users/$(uri_captures["user"])/$(query_params.page)'
    const route = { paths: ['~/people/(?<user>[^/]+)'] }
    const gateway = await gatewayWith({ 'request-transformer': { replace: { uri } } }, { route })
    const response = await fetch(`${gateway.url}/people/%C3%BC%20b?page=a%3Fb%23%0D%0Ac`)
    expect(await response.json()).toMatchObject({
      url: '/users/%C3%BC%20b/a%3Fb%23%0D%0Ac?page=a%3Fb%23%0D%0Ac',
    })
  })

  it('writes no header that ends its line, and a body of the right length', async () => {
    const gateway = await gatewayWith({
      'request-transformer': {
        add: { headers: ['x-page:$(query_params.page)'], body: ['a:$(query_params.page)'] },
      },
    })
    const response = await fetch(`${gateway.url}/?page=1%0D%0AX-Evil:1`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"b":"ü"}',
    })
    const { headers, body }: Echo = JSON.parse(await response.text())
    expect(headers).toMatchObject({ 'x-page': '1%0D%0AX-Evil:1' })
    expect(headers).not.toHaveProperty('x-evil')
    expect(JSON.parse(body)).toEqual({ a: '1\r\nX-Evil:1', b: 'ü' })
  })
})

describe('a length that a transformer makes up', () => {
  const lie = { replace: { headers: ['content-length:3'] } }
  const long = 'x'.repeat(20_000)

  it('does not make the rest of a body the next request of its connection', async () => {
    const gateway = await gatewayWith({ 'request-transformer': lie })
    const response = await fetch(gateway.url, { method: 'POST', body: long })
    expect(await response.json()).toMatchObject({ body: long, headers: { 'content-length': '20000' } })
  })

  it('does not make the rest of a body the next answer of its connection', async () => {
    const answer: RequestListener = (_, response) => {
      response.setHeader('content-length', 20_000).end(long)
    }
    const gateway = await gatewayWith({ 'response-transformer': lie }, { answer })
    const response = await fetch(gateway.url)
    expect([response.headers.get('content-length'), await response.text()]).toEqual(['20000', long])
  })
})

describe('response-transformer', () => {
  it('holds no stream back that is not JSON', async () => {
    let finish: (() => void) | undefined
    const gateway = await gatewayWith(
      { 'response-transformer': { add: { json: ['a:1'], headers: ['x-a:1'] } } },
      {
        answer: (_request, response) => {
          response.writeHead(200, { 'content-type': 'text/event-stream' })
          response.write('first')
          finish = () => response.end('last')
        },
      },
    )
    const response = await fetch(gateway.url)
    expect(response.headers.get('x-a')).toBe('1')
    const reader = response.body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first')
    finish?.()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('last')
  })

  it('changes what another plugin answers, too', async () => {
    const gateway = await gatewayWith({
      'request-termination': { status_code: 418, message: 'no' },
      'response-transformer': { add: { json: ['why:tea'] } },
    })
    const response = await fetch(gateway.url)
    expect([response.status, await response.json()]).toEqual([418, { message: 'no', why: 'tea' }])
  })
})

describe('request-termination', () => {
  it('says nothing of a body where there can be none', async () => {
    const gateway = await gatewayWith({ 'request-termination': { status_code: 204, message: 'none' } })
    const response = await fetch(gateway.url)
    expect([response.status, response.headers.get('content-length')]).toEqual([204, null])
  })

  it('lets no client wait for the answer after one that announces it', async () => {
    const gateway = await gatewayWith({ 'request-termination': { status_code: 100 } })
    expect((await fetch(gateway.url)).status).toBe(500)
    expect(gateway.lines).toEqual(["the plugin 'request-termination' failed"])
  })
})

describe('cors', () => {
  it('answers preflights with whatever names it is given', async () => {
    const gateway = await gatewayWith({ cors: { headers: ['x-\u20ac', 'x\r\nx-evil: 1'] } })
    const headers = { origin: 'http://a.test', 'access-control-request-method': 'PUT' }
    const response = await fetch(gateway.url, { method: 'OPTIONS', headers })
    const allowed = response.headers.get('access-control-allow-headers') ?? ''
    expect(Buffer.from(allowed, 'latin1').toString()).toBe('x-\u20ac,x%0D%0Ax-evil: 1')
    expect(response.headers.has('x-evil')).toBe(false)
  })

  it('lets pages read why they were refused', async () => {
    const gateway = await gatewayWith({ cors: {}, 'request-termination': { status_code: 403 } })
    const response = await fetch(gateway.url, { headers: { origin: 'http://a.test' } })
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([403, '*'])
  })
})
