import { once } from 'node:events'
import { mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises'
import http, { type RequestListener } from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { gatewayTo, upstreamThat } from '../fixtures/gateway-to.ts'

const open = closedAfterEach()
const LONG = Array.from({ length: 40_000 }, (_, i) => `line ${i}\n`).join('')

async function aFolder(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'biplane-bodies-'))
  open.push({ [Symbol.asyncDispose]: () => rm(parent, { recursive: true, force: true }) })
  return join(parent, 'bodies')
}

/** Tells how the body came, and how long it was. */
const measuring: RequestListener = async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  const { 'content-length': length, 'transfer-encoding': coding } = request.headers
  response.end(JSON.stringify({ length, coding, isWhole: body === LONG }))
}

/** Those that are open of this folder, unnamed ones too. */
async function filesIn(folder: string): Promise<string[]> {
  const descriptors = await readdir('/proc/self/fd')
  const targets = await Promise.all(
    descriptors.map((one) => readlink(`/proc/self/fd/${one}`).catch(() => '')),
  )
  return targets.filter((target) => target.startsWith(folder))
}

const PIECES = { method: 'PUT', duplex: 'half' } as const
const inPieces = () => new Blob([LONG]).stream()

describe('a body that is too long for memory', () => {
  it.each<[string, () => RequestInit]>([
    ['that says its length', () => ({ method: 'POST', body: LONG })],
    ['that comes in pieces', () => ({ ...PIECES, body: inPieces() })],
  ])('%s goes on with its length, from a file that is gone with the request', async (_how, init) => {
    const bodyFolder = await aFolder()
    const gateway = await gatewayTo(open, await upstreamThat(open, measuring), {}, { bodyFolder })
    const response = await fetch(gateway.url, init())
    expect(await response.json()).toEqual({ length: String(LONG.length), isWhole: true })
    expect(await readdir(bodyFolder)).toEqual([])
    await expect.poll(() => filesIn(bodyFolder)).toEqual([])
  })

  it('is sent again as a whole when a try fails in the middle of it', async () => {
    let tries = 0
    const upstream = await upstreamThat(open, (request, response) => {
      tries += 1
      if (tries < 3) request.once('data', () => request.socket.destroy())
      else measuring(request, response)
    })
    const gateway = await gatewayTo(open, upstream, {}, { bodyFolder: await aFolder() })
    const response = await fetch(gateway.url, { ...PIECES, body: inPieces() })
    expect(await response.json()).toMatchObject({ isWhole: true })
    expect(tries).toBe(3)
  })

  it('takes no connection of its upstream before it is whole', async () => {
    const bodyFolder = await aFolder()
    const upstream = await upstreamThat(open, measuring)
    const gateway = await gatewayTo(open, upstream, {}, { bodyFolder })
    const request = http.request(gateway.url, { method: 'PUT' })
    request.write(LONG.slice(0, 100_000))
    await expect.poll(() => filesIn(bodyFolder)).toHaveLength(1)
    expect(upstream.connections()).toBe(0)
    request.end(LONG.slice(100_000))
    const [response] = await once(request, 'response')
    expect(response.statusCode).toBe(200)
    await once(response.resume(), 'end')
  })

  it('leaves nothing when its client goes away in the middle', async () => {
    const bodyFolder = await aFolder()
    const upstream = await upstreamThat(open, measuring)
    const gateway = await gatewayTo(open, upstream, {}, { bodyFolder })
    const socket = net.connect(gateway.port, '127.0.0.1')
    socket.write(`PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n${LONG.slice(0, 50_000)}`)
    await expect.poll(() => filesIn(bodyFolder)).toHaveLength(1)
    socket.destroy()
    await expect.poll(() => filesIn(bodyFolder)).toEqual([])
    expect(upstream.connections()).toBe(0)
  })

  it('keeps no connection of an upstream that answers without reading it', async () => {
    const upstream = await upstreamThat(open, (_request, response) => response.end('early'))
    const gateway = await gatewayTo(open, upstream, {}, { bodyFolder: await aFolder() })
    const response = await fetch(gateway.url, { method: 'PUT', body: Buffer.alloc(2 ** 25) })
    expect(await response.text()).toBe('early')
    await expect.poll(() => gateway.counters.total('upstreamConnections'), { timeout: 30_000 }).toBe(0)
  })

  it('gets 413 as soon as it is longer than allowed', async () => {
    const options = { bodyFolder: await aFolder(), maxBodyBytes: 100_000 }
    const gateway = await gatewayTo(open, await upstreamThat(open, measuring), {}, options)
    const request = http.request(gateway.url, { method: 'PUT' })
    request.on('error', () => undefined)
    request.write(LONG.slice(0, 200_000))
    const [response] = await once(request, 'response')
    expect(response.statusCode).toBe(413)
    request.destroy()
  })

  it('costs its request alone when there is no place for it', async () => {
    const bodyFolder = await aFolder()
    await writeFile(bodyFolder, 'in the way')
    const upstream = await upstreamThat(open, measuring)
    const gateway = await gatewayTo(open, upstream, {}, { bodyFolder })
    const response = await fetch(gateway.url, { method: 'PUT', body: LONG })
    expect([response.status, response.headers.get('server')]).toEqual([500, 'kong/3.4.0'])
    expect(gateway.lines).toContain('a request failed inside the gateway')
    expect(upstream.connections()).toBe(0)
    expect((await fetch(gateway.url, { method: 'PUT', body: 'short' })).status).toBe(200)
  })
})
