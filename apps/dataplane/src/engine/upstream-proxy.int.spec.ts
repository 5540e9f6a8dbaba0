import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, it } from 'vitest'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { gatewayTo, upstreamThat } from '../fixtures/gateway-to.ts'

const open = closedAfterEach()

/** What reaches the upstream of a request that is sent like this. */
async function through(head: string, body = ''): Promise<{ url: string; lines: string[]; body: string }> {
  const upstream = await upstreamThat(open, async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const lines = request.rawHeaders.flatMap((name, i, all) =>
      i % 2 === 0 ? [`${name}: ${all[i + 1]}`] : [],
    )
    response.end(JSON.stringify({ url: request.url, lines, body }))
  })
  const gateway = await gatewayTo(open, upstream)
  const socket = net.connect(gateway.port, '127.0.0.1')
  socket.write(`${head}\r\nHost: a\r\nConnection: close\r\n\r\n${body}`)
  let text = ''
  for await (const chunk of socket) text += chunk
  return JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1))
}

describe('a request made by http-proxy', () => {
  it('keeps the slashes of a query', async () => {
    const { url } = await through('GET /a?to=http://b//c&x=1?y HTTP/1.1')
    expect(url).toBe('/a?to=http://b//c&x=1?y')
  })

  it('keeps the names of headers as they were written, and their repetitions', async () => {
    const { lines } = await through('GET / HTTP/1.1\r\nX-ODD-case: 1\r\nx-odd-CASE: 2\r\nAccept: a')
    expect(lines.filter((line) => /^x-odd|^acc/i.test(line))).toEqual([
      'X-ODD-case: 1',
      'X-ODD-case: 2',
      'Accept: a',
    ])
  })

  it.each(['DELETE', 'OPTIONS', 'GET'])('keeps the body of a %s', async (method) => {
    expect((await through(`${method} / HTTP/1.1\r\nContent-Length: 4`, 'body')).body).toBe('body')
    const chunked = `${method} / HTTP/1.1\r\nTransfer-Encoding: chunked`
    expect((await through(chunked, '4\r\nbody\r\n0\r\n\r\n')).body).toBe('body')
  })

  it('says nothing of a body that is not there', async () => {
    const { lines } = await through('OPTIONS / HTTP/1.1')
    expect(lines.filter((line) => /^(content-length|transfer-encoding)/i.test(line))).toEqual([])
  })

  it('leaves nothing behind on a connection that is kept', async () => {
    const upstream = await upstreamThat(open)
    const gateway = await gatewayTo(open, upstream)
    const warned = Promise.race([once(process, 'warning').then(([warning]) => warning), asked()])
    async function asked(): Promise<null> {
      for (let i = 0; i < 30; i++) await (await fetch(gateway.url, { method: 'POST', body: 'x' })).text()
      return null
    }
    expect(await warned).toBeNull()
    expect(upstream.connections()).toBe(1)
  })
})
