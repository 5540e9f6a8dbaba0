import { EventSource } from 'eventsource'
import { Client } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import type { Row } from '../client.ts'
import { curl } from '../protocols/curl.ts'
import { type Gateway, type ProtocolNode, startGateway } from '../protocols/gateway.ts'
import { lead, routeAll, served } from '../protocols/routes.ts'

describe('clients of HTTP that others wrote', () => {
  let gateway: Gateway
  let node: ProtocolNode
  beforeAll(async () => {
    gateway = await startGateway()
    node = gateway.nodes[0]
    await lead(gateway, gateway.old)
    await routeAll(gateway)
    await served(gateway)
  })
  afterAll(() => gateway?.close())

  const MEBIBYTE = 'x'.repeat(2 ** 20)

  describe.each<[string, 'proxy' | 'proxyTls', string]>([
    ['--http1.0', 'proxy', '1.0'],
    ['--http1.1', 'proxy', '1.1'],
    ['--http2-prior-knowledge', 'proxy', '2'],
    ['--http1.0', 'proxyTls', '1.0'],
    ['--http1.1', 'proxyTls', '1.1'],
    ['--http2', 'proxyTls', '2'],
  ])('curl %s at %s', (flag, address, version) => {
    const ask = (args: readonly string[], input?: string) => curl([flag, ...args], input)
    const echo = () => `${node[address]}/echo`

    it('gets an answer, and another one over the same connection', async () => {
      const answer = await ask(['-H', 'X-Sent: a', `${echo()}/deep?x=1`])
      // A server answers HTTP/1.0 as what it speaks itself.
      expect(answer).toMatchObject({ status: 200, version: version === '1.0' ? '1.1' : version })
      expect(JSON.parse(answer.text)).toMatchObject({
        method: 'GET',
        path: '/deep?x=1',
        headers: { 'x-sent': 'a', 'x-forwarded-proto': new URL(node[address]).protocol.slice(0, -1) },
      })
      // curl 7.88 breaks off when it asks again over HTTP/2 without TLS, whoever the server is.
      if (version === '1.0' || flag === '--http2-prior-knowledge') return
      const { connections } = await ask(['-o', '/dev/null', echo(), '-o', '/dev/null', echo()])
      expect(connections).toBe(0)
    })

    it('sends a body that says its length, and one that does not', async () => {
      const sized = await ask(['--data-binary', '@-', echo()], MEBIBYTE)
      expect(JSON.parse(sized.text)).toMatchObject({ method: 'POST', bytes: MEBIBYTE.length })
      if (version === '1.0') return
      const unsized = await ask(['-T', '-', '-X', 'POST', echo()], MEBIBYTE)
      expect(JSON.parse(unsized.text)).toMatchObject({ method: 'POST', bytes: MEBIBYTE.length })
    })

    it('gets a long answer whole, only the head of one where it asks for no more, and an error', async () => {
      expect((await ask([`${echo()}?bytes=3000000`])).text).toHaveLength(3_000_000)
      const head = await ask(['-I', `${echo()}?bytes=3000000`])
      expect(head.status).toBe(200)
      expect(head.text).toMatch(/^content-type: application\/octet-stream\r\n(.+\r\n)*\r\n$/m)
      const missing = await ask([`${node[address]}/nowhere`])
      expect(missing.status).toBe(404)
      expect(JSON.parse(missing.text)).toMatchObject({ message: 'no Route matched with those values' })
    })
  })

  it('curl that asks to go on with h2c is answered in HTTP/1.1', async () => {
    expect(await curl(['--http2', `${node.proxy}/echo`])).toMatchObject({ status: 200, version: '1.1' })
  })

  it('undici sends requests ahead of their answers, which come in order over one connection', async () => {
    const client = new Client(node.proxy, { pipelining: 20 })
    let connections = 0
    client.on('connect', () => (connections += 1))
    const asked = Array.from({ length: 200 }, async (_, n) => {
      const { statusCode, body } = await client.request({ path: `/echo/${n}?delay=${n % 7}`, method: 'GET' })
      const { path } = (await body.json()) as Row // the echo answers with an object
      return `${statusCode} ${path}`
    })
    expect(await Promise.all(asked)).toEqual(asked.map((_, n) => `200 /${n}?delay=${n % 7}`))
    expect(connections).toBe(1)
    await client.close()
  })

  it('ws sends text, bytes, pings and a code at the end, also by TLS', async () => {
    for (const address of [node.proxy, node.proxyTls]) {
      const socket = new WebSocket(`${address.replace('http', 'ws')}/echo`, { rejectUnauthorized: false })
      const next = (event: string) =>
        new Promise<unknown[]>((done) => socket.once(event, (...of) => done(of)))
      await next('open')
      const big = Buffer.alloc(2 ** 20, 'y')
      const answer = next('message')
      socket.send(big)
      expect(await answer).toEqual([big, true])
      const pong = next('pong')
      socket.ping('are you there')
      expect(String((await pong)[0])).toBe('are you there')
      const closed = next('close')
      socket.close(4321, 'enough')
      expect(await closed).toEqual([4321, Buffer.from('enough')])
    }
  })

  it('EventSource is told of events as they happen', async () => {
    const source = new EventSource(`${node.proxy}/live/events`)
    const seen: string[] = []
    await new Promise<void>((done) =>
      source.addEventListener('message', ({ data, lastEventId }) => {
        seen.push(`${data} ${lastEventId}`)
        if (seen.length === 3) done()
      }),
    )
    source.close()
    expect(seen).toEqual(['old:1 1', 'old:2 2', 'old:3 3'])
  })
})
