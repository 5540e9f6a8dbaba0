import { describe, expect, it } from 'vitest'
import { openConnections } from '../fixtures/an-upstream.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { gatewayTo, upstreamThat } from '../fixtures/gateway-to.ts'
import { ask, http2To } from '../fixtures/http2-client.ts'
import { type Fields, frames, head, rawHttp2 } from '../fixtures/raw-http2.ts'

const open = closedAfterEach()
const SOON = { timeout: 10_000, interval: 20 }

async function listening(options: Parameters<typeof gatewayTo>[3] = {}) {
  const seen: string[] = []
  const upstream = await upstreamThat(open, (request, response) => {
    seen.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`)
    request.resume().on('end', () => response.end())
  })
  const gateway = await gatewayTo(open, upstream, {}, { http2: true, ...options })
  return { seen, upstream, gateway }
}

/** A request of another stream shows what became of the connection. */
const GOOD = frames.head(3, head({ ':path': '/good' }))

describe('a malformed request', () => {
  const rows: [what: string, fields: Fields][] = [
    ['without a path', head({ ':path': null })],
    ['without a method', head({ ':method': null })],
    ['without a scheme', head({ ':scheme': null })],
    ['with two paths', head({}, [[':path', '/b']])],
    ['with an unknown pseudo header', head({}, [[':over', 'x']])],
    ['with a pseudo header of answers', head({}, [[':status', '200']])],
    ['with a pseudo header behind others', [...head({ ':path': null }, [['x', 'y']]), [':path', '/']]],
    ['with an upper case name', head({}, [['X-A', 'b']])],
    ['with a connection header', head({}, [['connection', 'close']])],
    ['with chunks', head({}, [['transfer-encoding', 'chunked']])],
    ['with an upgrade', head({}, [['upgrade', 'websocket']])],
    ['with te', head({}, [['te', 'gzip']])],
    [
      'with two lengths',
      head({}, [
        ['content-length', '0'],
        ['content-length', '1'],
      ]),
    ],
    ['with a length and no body', head({}, [['content-length', '5']])],
    ['with a length that is no number', head({}, [['content-length', '+0']])],
    ['with a space in its path', head({ ':path': '/a b' })],
    ['with a line break in its path', head({ ':path': '/ HTTP/1.1\r\nx: y' })],
    ['with a line break in its method', head({ ':method': 'GET / HTTP/1.1\r\nx: y\r\n' })],
    ['with a line break in its authority', head({ ':authority': 'a\r\nx: y' })],
    ['with a path that is none', head({ ':path': 'a' })],
    ['without a host', head({ ':authority': null })],
    ['for a host that is none', head({ ':authority': 'a/b' })],
  ]
  it.each(rows)('%s is reset or refused, and no other stream', async (_what, fields) => {
    const { gateway, seen } = await listening()
    const { socket, heard } = await rawHttp2(open, gateway.port)
    socket.write(Buffer.concat([frames.head(1, fields), GOOD]))
    await expect.poll(() => heard.heads.has(3), SOON).toBe(true)
    expect(heard.resets.has(1) || heard.heads.has(1)).toBe(true)
    expect(seen).toEqual([expect.stringMatching(/^GET \/good /)])
  })

  it.each([
    ['with a host that is not its authority', head({}, [['host', 'b']])],
    ['that climbs above the root', head({ ':path': '/../x' })],
    [
      'to connect',
      [
        [':method', 'CONNECT'],
        [':authority', 'a:1'],
      ] as Fields,
    ],
    ['for all', head({ ':method': 'OPTIONS', ':path': '*' })],
  ])('%s is answered, and does not reach its upstream', async (_what, fields) => {
    const { gateway, seen } = await listening()
    const { socket, heard } = await rawHttp2(open, gateway.port)
    socket.write(Buffer.concat([frames.head(1, fields), GOOD]))
    await expect.poll(() => heard.heads.has(1) && heard.heads.has(3), SOON).toBe(true)
    expect(seen).toEqual([expect.stringMatching(/^GET \/good /)])
  })

  it.each(['\r\nx: y', '\n', '\0', '\r'])('keeps none of a value with %j', async (text) => {
    const { gateway, seen } = await listening()
    const { socket, heard } = await rawHttp2(open, gateway.port)
    socket.write(Buffer.concat([frames.head(1, head({}, [['x-a', `b${text}`]])), GOOD]))
    await expect.poll(() => heard.heads.has(3), SOON).toBe(true)
    expect(seen.join()).not.toContain('x-a')
    expect(seen.join()).not.toContain('"x"')
  })

  it.each([
    ['shorter', 'ab'],
    ['longer', 'abcdefg'],
  ])('whose body is not as long as it says, but %s, reaches no upstream', async (_what, text) => {
    const { gateway, seen } = await listening()
    const { socket, heard } = await rawHttp2(open, gateway.port)
    const fields = head({ ':method': 'POST' }, [['content-length', '5']])
    socket.write(Buffer.concat([frames.head(1, fields, false), frames.data(1, text), GOOD]))
    // That of a longer one is the end of its connection.
    const isOver = () => heard.isClosed || (heard.heads.has(3) && heard.resets.has(1))
    await expect.poll(isOver, SOON).toBe(true)
    expect(seen.filter((one) => one.startsWith('POST'))).toEqual([])
  })
})

describe('a connection of which nothing is read', () => {
  it('is closed, and what was to be sent over it is given up', { timeout: 60_000 }, async () => {
    const upstream = await upstreamThat(open, ({ url }, response) => {
      if (url === '/long') response.end(Buffer.alloc(64 * 1024 ** 2))
      else response.writeHead(204).end()
    })
    const gateway = await gatewayTo(open, upstream, {}, { http2: true, patience: { sendMs: 300 } })
    const { socket } = await rawHttp2(open, gateway.port)
    socket.pause()
    const short = Array.from({ length: 100 }, (_, at) => frames.head(at * 2 + 3, head()))
    socket.write(Buffer.concat([frames.boundless, frames.head(1, head({ ':path': '/long' })), ...short]))
    const total = (name: 'slow answer' | 'inFlight' | 'active') => () => gateway.counters.total(name)
    await expect.poll(total('slow answer'), { timeout: 30_000 }).toBeGreaterThan(0)
    await expect.poll(total('inFlight'), { timeout: 30_000 }).toBe(0)
    await expect.poll(total('active'), { timeout: 30_000 }).toBe(0)
  })
})

describe('a head', () => {
  it('of more than 32 KiB is refused, and its connection goes on', async () => {
    const { gateway, seen } = await listening()
    const { socket, heard } = await rawHttp2(open, gateway.port)
    const fields = Array.from({ length: 5 }, (_, i) => [`x-${i}`, 'y'.repeat(8000)] as const)
    const whole = frames.head(1, head({}, fields))
    // A frame holds no more than 16 KiB: the rest follows.
    const [first, ...rest] = inPieces(whole.subarray(9))
    socket.write(
      Buffer.concat([
        raw(1, 1, first),
        ...rest.map((piece, i) => raw(9, i === rest.length - 1 ? 4 : 0, piece)),
        GOOD,
      ]),
    )
    await expect.poll(() => heard.heads.has(3), SOON).toBe(true)
    expect(seen).toHaveLength(1)
  })

  it('that never ends ends its connection', async () => {
    const { gateway, seen } = await listening()
    const { socket, heard } = await rawHttp2(open, gateway.port)
    socket.write(raw(1, 1, frames.head(1, head()).subarray(9)))
    const flood = setInterval(() => socket.write(raw(9, 0, frames.head(1, [['x', 'y']]).subarray(9))), 1)
    await expect.poll(() => heard.isClosed, SOON).toBe(true)
    clearInterval(flood)
    expect(seen).toEqual([])
  })
})

describe('a client that keeps its node busy', () => {
  it('with streams that it resets is told to go, and leaves nothing behind', async () => {
    const { gateway, upstream } = await listening()
    const { socket, heard } = await rawHttp2(open, gateway.port)
    for (let i = 0; i < 3000; i += 1)
      socket.write(Buffer.concat([frames.head(2 * i + 1, head()), frames.reset(2 * i + 1)]))
    await expect.poll(() => heard.isClosed, SOON).toBe(true)
    await expect.poll(() => gateway.counters.total('inFlight'), SOON).toBe(0)
    expect(gateway.counters.total('bufferedBytes')).toBe(0)
    expect(await openConnections(upstream.server)).toBeLessThan(200)
  })

  it.each([
    ['pings', frames.ping],
    ['settings', frames.settings],
    ['empty pieces', frames.emptyData(1)],
  ])('with %s loses its connection', async (_what, one) => {
    const { gateway } = await listening()
    const { socket, heard } = await rawHttp2(open, gateway.port)
    socket.write(frames.head(1, head({ ':method': 'POST' }), false))
    const many = Buffer.concat(Array.from({ length: 5000 }, () => one))
    const flood = setInterval(() => heard.isClosed || socket.write(many), 10)
    await expect.poll(() => heard.isClosed, SOON).toBe(true)
    clearInterval(flood)
    await expect.poll(() => gateway.counters.total('inFlight'), SOON).toBe(0)
  })

  it('with more than 128 streams at once is refused those beyond', async () => {
    const upstream = await upstreamThat(open, () => undefined)
    const gateway = await gatewayTo(open, upstream, {}, { http2: true })
    const { socket, heard } = await rawHttp2(open, gateway.port)
    // The client knows the bound only from the settings of the node.
    await expect.poll(() => socket.bytesRead, SOON).toBeGreaterThan(9)
    socket.write(Buffer.from([0, 0, 0, 4, 1, 0, 0, 0, 0]))
    socket.write(Buffer.concat(Array.from({ length: 130 }, (_, i) => frames.head(2 * i + 1, head()))))
    await expect.poll(() => heard.resets.size + (heard.isClosed ? 1 : 0), SOON).toBeGreaterThan(0)
    expect(gateway.counters.total('inFlight')).toBeLessThanOrEqual(128)
  })

  it('gets 503 beyond the bound of requests in flight, before any plugin', async () => {
    const upstream = await upstreamThat(open, () => undefined)
    const gateway = await gatewayTo(open, upstream, {}, { http2: true, limits: { requests: 2 } })
    const session = http2To(open, gateway)
    for (let i = 0; i < 2; i += 1) session.request({ ':path': '/' }).on('error', () => undefined)
    await expect.poll(() => gateway.counters.total('inFlight'), SOON).toBe(2)
    const { status, headers } = await ask(session)
    expect([status, headers['retry-after']]).toEqual([503, expect.any(String)])
  })

  it('by saying nothing at all is cut', async () => {
    const { gateway } = await listening({ patience: { headMs: 100 } })
    const { heard } = await rawHttp2(open, gateway.port)
    await expect.poll(() => heard.isClosed, SOON).toBe(true)
  })
})

function inPieces(bytes: Buffer): [Buffer, ...Buffer[]] {
  const pieces: Buffer[] = []
  for (let at = 16_000; at < bytes.length; at += 16_000) pieces.push(bytes.subarray(at, at + 16_000))
  return [bytes.subarray(0, 16_000), ...pieces]
}

function raw(type: number, flags: number, payload: Buffer): Buffer {
  const start = Buffer.alloc(9)
  start.writeUIntBE(payload.length, 0, 3)
  start.writeUInt8(type, 3)
  start.writeUInt8(flags, 4)
  start.writeUInt32BE(1, 5)
  return Buffer.concat([start, payload])
}
