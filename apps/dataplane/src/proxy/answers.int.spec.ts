import net from 'node:net'
import { describe, expect, it } from 'vitest'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { gatewayTo, upstreamThat } from '../fixtures/gateway-to.ts'

const open = closedAfterEach()

describe('an answer without content', () => {
  it('says nothing of a body that cannot come', async () => {
    const upstream = await upstreamThat(open, (_request, response) => {
      // node:http would leave the length out.
      response.socket?.end('HTTP/1.1 204 No Content\r\nContent-Length: 5\r\nContent-Type: text/html\r\n\r\n')
    })
    const { status, headers } = await fetch((await gatewayTo(open, upstream)).url)
    expect([status, headers.get('content-length'), headers.get('content-type')]).toEqual([204, null, null])
  })
})

describe('who is named by an answer', () => {
  const status = 'x-kong-upstream-status'

  it.each([
    ['responds', 418, '418'],
    ['breaks off, what is made of it', 502, '502'],
  ])('is the status of the upstream, if it %s', async (_what, code, told) => {
    const upstream = await upstreamThat(open, (request, response) => {
      if (code === 502) request.socket.destroy()
      else response.writeHead(code).end()
    })
    const gateway = await gatewayTo(open, upstream, { retries: 0 }, { answerHeaders: [status] })
    const { headers } = await fetch(gateway.url)
    expect(headers.get(status)).toBe(told)
  })

  it.each<[string, string[], string | null]>([
    ['the gateway', ['server', 'via'], 'kong/3.4.0'],
    ['nobody, where the setting names nobody', [], null],
  ])('is as its Server %s, whatever a plugin says', async (_who, answerHeaders, server) => {
    const gateway = await gatewayTo(open, await upstreamThat(open), {}, { answerHeaders })
    gateway.put('plugins', { name: 'request-termination', config: { status_code: 200, message: 'x' } })
    const config = { add: { headers: ['Server:Demo'] } }
    gateway.put('plugins', { name: 'response-transformer', config })
    gateway.serve()
    expect((await fetch(gateway.url)).headers.get('server')).toBe(server)
  })
})

describe('a redirect to TLS', () => {
  it.each([301, 302, 307, 308])('with %d names the target as it was sent, and has no body', async (code) => {
    const route = { protocols: ['https'], https_redirect_status_code: code }
    const gateway = await gatewayTo(open, await upstreamThat(open), {}, { route })
    const answer = await fetch(`${gateway.url}/a%2fb//c?d=%7e`, { redirect: 'manual' })
    expect(answer.status).toBe(code)
    expect(answer.headers.get('location')).toBe('https://127.0.0.1/a%2fb//c?d=%7e')
    expect([answer.headers.get('content-length'), answer.headers.get('content-type')]).toEqual(['0', null])
  })
})

it('a redirect to TLS leads to the address that a client came to, where it names no host', async () => {
  const route = { protocols: ['https'], https_redirect_status_code: 301 }
  const gateway = await gatewayTo(open, await upstreamThat(open), {}, { route })
  const socket = net.connect(gateway.port, '127.0.0.1')
  socket.write('GET /a HTTP/1.0\r\n\r\n')
  let answer = ''
  for await (const chunk of socket) answer += chunk
  expect(answer).toMatch(/^Location: https:\/\/127\.0\.0\.1\/a\r$/m)
})

describe('text that the gateway answers with', () => {
  it('is told the charset that its plugin left open', async () => {
    const gateway = await gatewayTo(open, await upstreamThat(open))
    const config = { status_code: 200, body: 'hi', content_type: 'text/html' }
    gateway.put('plugins', { name: 'request-termination', config })
    gateway.serve()
    expect((await fetch(gateway.url)).headers.get('content-type')).toBe('text/html; charset=UTF-8')
  })
})
