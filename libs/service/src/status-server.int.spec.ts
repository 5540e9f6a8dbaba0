import { once } from 'node:events'
import https from 'node:https'
import { connect, createServer, type Server } from 'node:net'
import { pino } from 'pino'
import { Counter } from 'prom-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { aPair } from './fixtures.ts'
import { LogLevelSwitch } from './log-level.ts'
import { createMetrics } from './metrics.ts'
import type { Readiness } from './readiness.ts'
import { type Probes, serveStatus, statusServer } from './status-server.ts'

const log = pino({ enabled: false })
const NOT_READY: Readiness = {
  ready: false,
  message: 'no configuration available (empty configuration present)',
}

function probes(readiness: Readiness = NOT_READY): Probes {
  const metrics = createMetrics({ processMetrics: false })
  new Counter({ name: 'seen_total', help: 'Seen.', registers: [metrics] }).inc(3)
  const levels = new LogLevelSwitch('notice')
  return { status: () => ({ server: { total_requests: 7 } }), ready: () => readiness, metrics, levels }
}

const aListen = {
  host: '127.0.0.1',
  port: 0,
  ssl: false,
  http2: false,
  reuseport: false,
  udp: false,
  proxy_protocol: false,
  backlog: null,
}

describe('statusServer', () => {
  it.each([
    ['/status', 200, { server: { total_requests: 7 } }],
    ['/status/ready', 503, { message: NOT_READY.message }],
    ['/', 404, { message: 'Not found' }],
    ['/services', 404, { message: 'Not found' }],
    ['/status?size=1', 200, { server: { total_requests: 7 } }],
  ])('answers %s with %i', async (url, code, body) => {
    const answer = await statusServer(probes(), log).inject(url)
    expect([answer.statusCode, answer.json()]).toEqual([code, body])
  })

  it.each([
    ['POST', '/status', 405],
    ['DELETE', '/status/ready?a=b', 405],
    ['POST', '/status/ready', 405],
    ['POST', '/services', 404],
  ] as const)('refuses %s %s with %i', async (method, url, code) => {
    const answer = await statusServer(probes(), log).inject({ method, url })
    const message = code === 405 ? 'Method not allowed' : 'Not found'
    expect([answer.statusCode, answer.json()]).toEqual([code, { message }])
  })

  it('answers 200 once it is ready', async () => {
    const answer = await statusServer(probes({ ready: true, message: 'ready' }), log).inject('/status/ready')
    expect([answer.statusCode, answer.json()]).toEqual([200, { message: 'ready' }])
  })

  it('answers metrics as text', async () => {
    const answer = await statusServer(probes(), log).inject('/metrics')
    expect(answer.headers['content-type']).toBe('text/plain; charset=UTF-8')
    expect(answer.body).toContain('seen_total 3')
  })

  it('hides what failed in a probe', async () => {
    const failing = { ...probes(), status: () => Promise.reject(new Error('secret')) }
    const answer = await statusServer(failing, log).inject('/status')
    expect([answer.statusCode, answer.json()]).toEqual([500, { message: 'An unexpected error occurred' }])
  })
})

describe('the log level of a status server', () => {
  const path = '/debug/node/log-level'

  it('is told to all, and changed for whom is on the same machine', async () => {
    const app = statusServer(probes(), log)
    const put = await app.inject({
      method: 'PUT',
      url: `${path}/debug?timeout=5`,
      remoteAddress: '::ffff:127.0.0.1',
    })
    expect([put.statusCode, put.json()]).toEqual([200, { message: 'log level changed' }])
    const get = await app.inject({ url: path, remoteAddress: '192.0.2.1' })
    expect([get.statusCode, get.json()]).toEqual([200, { message: 'log level: debug' }])
  })

  it.each(['192.0.2.1', '::ffff:192.0.2.1', '2001:db8::1'])(
    'is not changed for %s',
    async (remoteAddress) => {
      const app = statusServer(probes(), log)
      const headers = { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1', forwarded: 'for=127.0.0.1' }
      const put = await app.inject({ method: 'PUT', url: `${path}/debug`, remoteAddress, headers })
      expect([put.statusCode, put.json().message]).toEqual([403, expect.stringContaining('127.0.0.1')])
      expect((await app.inject(path)).json()).toEqual({ message: 'log level: notice' })
    },
  )

  it('is not changed for clients that are gone, whose address nobody knows any more, and that is no error', async () => {
    const lines: string[] = []
    const stop = new AbortController()
    const { addresses, closed } = await serve(
      [aListen],
      stop.signal,
      pino({}, { write: (line) => lines.push(line) }),
    )
    const { hostname, port } = new URL(addresses[0] ?? '')
    for (let i = 0; i < 50; i += 1) {
      const client = connect(Number(port), hostname).on('error', () => undefined)
      await once(client, 'connect')
      client.write(`PUT ${path}/debug HTTP/1.1\r\nhost: x\r\n\r\n`)
      client.resetAndDestroy()
    }
    expect((await fetch(`${addresses[0]}/status`)).status).toBe(200)
    stop.abort()
    await closed
    expect(lines).toEqual([])
  })

  it('is not changed by what is no PUT, and a body does no harm', async () => {
    const app = statusServer(probes(), log)
    expect((await app.inject(`${path}/debug`)).statusCode).toBe(404)
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const put = await app.inject({ method: 'PUT', url: `${path}/debug`, headers: form, payload: 'timeout=5' })
    expect(put.statusCode).toBe(415)
  })
})

describe('a status server of a process with traffic', () => {
  const draining = (possible = true) => {
    const wishes: boolean[] = []
    const drain = (wanted: boolean) => {
      wishes.push(wanted)
      return possible
    }
    return { wishes, app: statusServer({ ...probes(), drain }, log) }
  }
  const form = (body: string) => ({
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: body,
  })

  it.each([
    ['a form', form('status=draining'), true],
    ['JSON', { payload: { status: 'draining' } }, true],
    ['a form, to take it back', form('status=ready'), false],
  ])('is drained by %s', async (_, body, wanted) => {
    const { wishes, app } = draining()
    const answer = await app.inject({ method: 'POST', url: '/status/ready', ...body })
    expect([answer.statusCode, answer.body]).toEqual([204, ''])
    expect(wishes).toEqual([wanted])
  })

  it.each([
    ['another word', form('status=off')],
    ['nothing', {}],
    ['another field', { payload: { state: 'draining' } }],
    ['a list', { payload: ['draining'] }],
  ])('is not drained by %s', async (_, body) => {
    const { wishes, app } = draining()
    const answer = await app.inject({ method: 'POST', url: '/status/ready', ...body })
    expect([answer.statusCode, answer.json()]).toEqual([400, { message: 'status: use draining or ready' }])
    expect(wishes).toEqual([])
  })

  it('is not drained from another machine', async () => {
    const { wishes, app } = draining()
    const asked = { method: 'POST', url: '/status/ready', remoteAddress: '192.0.2.1' } as const
    const answer = await app.inject({ ...asked, ...form('status=draining') })
    expect([answer.statusCode, answer.json().message]).toEqual([403, expect.stringContaining('127.0.0.1')])
    expect(wishes).toEqual([])
  })

  it('says when it is too late', async () => {
    const answer = await draining(false).app.inject({
      method: 'POST',
      url: '/status/ready',
      ...form('status=ready'),
    })
    expect(answer.statusCode).toBe(409)
  })
})

describe('serveStatus', () => {
  it('listens on every address, with TLS where asked, until the signal aborts', async () => {
    const stop = new AbortController()
    const listens = [aListen, { ...aListen, ssl: true }]
    const { addresses, closed } = await serve(listens, stop.signal)
    const [plain = '', secure = ''] = addresses
    expect((await fetch(`${plain}/status`)).status).toBe(200)
    expect(await statusOverTls(`${secure}/status`)).toBe(200)
    stop.abort()
    await closed
    await expect(fetch(`${plain}/status`)).rejects.toThrow()
  })

  it('names the setting and the address that another process has', async () => {
    const other: Server = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => {
      other.close()
    })
    await once(other, 'listening')
    const { port } = other.address() as { port: number } // a TCP server's address is never a pipe
    const serving = serve([aListen, { ...aListen, port }], new AbortController().signal)
    await expect(serving).rejects.toThrow(
      `status_listen: cannot listen on 127.0.0.1:${port}: another process`,
    )
  })
})

function serve(listens: Parameters<typeof serveStatus>[0]['listens'], signal: AbortSignal, logger = log) {
  return serveStatus({ listens, probes: probes(), certificate: aPair, log: logger, signal })
}

async function statusOverTls(url: string): Promise<number | undefined> {
  const request = https.get(url, { rejectUnauthorized: false, agent: false })
  const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage] // the event's one argument
  response.resume()
  return response.statusCode
}
