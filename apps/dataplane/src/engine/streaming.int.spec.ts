import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { openConnections } from '../fixtures/an-upstream.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { gatewayTo, upstreamThat } from '../fixtures/gateway-to.ts'

const open = closedAfterEach()
const MEGABYTE = Buffer.alloc(1 << 20, 'x')

describe('streaming', () => {
  it('passes a response on while it is still being made', async () => {
    const upstream = await upstreamThat(open, (_request, response) => {
      response.write('first')
      release.promise.then(() => response.end('last'))
    })
    const release = Promise.withResolvers<void>()
    const gateway = await gatewayTo(open, upstream)
    const response = await fetch(gateway.url)
    const reader = response.body?.getReader()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first')
    release.resolve()
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('last')
  })

  it('passes an upload on while it is still coming, where that is wanted', async () => {
    const arrived = Promise.withResolvers<string>()
    const upstream = await upstreamThat(open, (request, response) => {
      request.once('data', (chunk: Buffer) => arrived.resolve(chunk.toString()))
      request.on('end', () => response.end('done'))
    })
    const gateway = await gatewayTo(open, upstream, {}, { route: { request_buffering: false } })
    const request = http.request(gateway.url, { method: 'POST' })
    request.write('first')
    expect(await arrived.promise).toBe('first')
    request.end('last')
    const [response] = await once(request, 'response')
    expect(response.statusCode).toBe(200)
    response.resume()
  })

  it('reads no more of a download than the client takes', async () => {
    let written = 0
    const upstream = await upstreamThat(open, (_request, response) => {
      const more = (): void => {
        while (written < 64 && response.write(MEGABYTE)) written += 1
        if (written < 64)
          response.once('drain', () => {
            written += 1
            more()
          })
        else response.end()
      }
      more()
    })
    const gateway = await gatewayTo(open, upstream)
    const socket = net.connect(gateway.port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    await once(socket, 'readable')
    await settled(() => written)
    expect(written).toBeLessThan(32)
    let received = 0
    for await (const chunk of socket) received += (chunk as Buffer).byteLength
    expect(received).toBeGreaterThan(64 * MEGABYTE.byteLength)
  })

  it('takes no more of an upload than the upstream does', async () => {
    const begin = Promise.withResolvers<void>()
    const upstream = await upstreamThat(open, async (request, response) => {
      await begin.promise
      let received = 0
      for await (const chunk of request) received += chunk.byteLength
      response.end(String(received))
    })
    const gateway = await gatewayTo(open, upstream, {}, { route: { request_buffering: false } })
    const request = http.request(gateway.url, { method: 'PUT' })
    let written = 0
    const more = (): void => {
      while (written < 64 && request.write(MEGABYTE)) written += 1
      if (written < 64)
        request.once('drain', () => {
          written += 1
          more()
        })
      else request.end()
    }
    more()
    await settled(() => written)
    expect(written).toBeLessThan(32)
    begin.resolve()
    const [response] = await once(request, 'response')
    const [body] = await once(response, 'data')
    expect(Number(body)).toBeGreaterThanOrEqual(64 * MEGABYTE.byteLength)
  })
})

describe('an upload that stops in the middle', () => {
  const HALF = 'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf'

  it('is given up, and so is its upstream request', async () => {
    const upstream = await upstreamThat(open)
    const gateway = await gatewayTo(open, upstream, {}, { patience: { bodyMs: 50 } })
    const socket = net.connect(gateway.port, '127.0.0.1')
    socket.write(HALF)
    let answer = ''
    for await (const chunk of socket) answer += chunk
    expect(answer).toMatch(/^HTTP\/1.1 408 /)
    await expect.poll(() => openConnections(upstream.server)).toBe(0)
  })

  it('is waited for while it is the upstream that takes nothing', async () => {
    const upstream = await upstreamThat(open, async (request, response) => {
      await pause(1_500)
      for await (const _ of request);
      response.end('all')
    })
    // Longer than a busy machine may hold up a client that is sending.
    const options = { patience: { bodyMs: 600 }, route: { request_buffering: false } }
    const gateway = await gatewayTo(open, upstream, {}, options)
    const response = await fetch(gateway.url, { method: 'PUT', body: Buffer.alloc(32 << 20) })
    expect(await response.text()).toBe('all')
  })
})

describe('an upload that nobody wants any more', () => {
  it.each<[string, http.RequestListener]>([
    ['the upstream broke off', (request) => request.socket.destroy()],
    [
      'the upstream answered without reading it',
      (request, response) => {
        if (request.method === 'GET') response.end('second')
        else response.writeHead(413).end('too much')
      },
    ],
  ])('is read to its end, so that the connection goes on, when %s', async (_what, answer) => {
    const gateway = await gatewayTo(open, await upstreamThat(open, answer), { retries: 0 })
    const socket = net.connect(gateway.port, '127.0.0.1')
    let answers = ''
    socket.on('data', (chunk: Buffer) => {
      answers += chunk
    })
    socket.write(`PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: ${16 * MEGABYTE.byteLength}\r\n\r\n`)
    for (let i = 0; i < 16; i++) socket.write(MEGABYTE)
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await expect.poll(() => answers.match(/^HTTP/gm)?.length).toBe(2)
    socket.destroy()
  })
})

/** Waits until a number no longer grows: whoever makes it grow is held back. */
async function settled(read: () => number): Promise<void> {
  for (let last = -1; last !== read(); ) {
    last = read()
    await pause(100)
  }
}
