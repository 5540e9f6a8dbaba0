import { X509Certificate } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, getCACertificates, setDefaultCACertificates } from 'node:tls'
import { generateClusterPair } from '@biplane/service'
import {
  Server as GrpcServer,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { openBlackHole } from '../conformance/black-hole.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { activeChecks } from '../health/checks.ts'
import { upstreamWith } from '../health/fixtures/healthchecks.ts'
import type { ProbeOutcome } from '../health/reports.ts'
import { probe } from './probe.ts'

const open = closedAfterEach()
const signal = new AbortController().signal

async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  open.push({
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** What it hears, and then this as its answer. */
async function aServer(answer: (socket: Socket) => void): Promise<{ port: number; heard: string[] }> {
  const heard: string[] = []
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('data', (chunk) => {
      heard.push(String(chunk))
      answer(socket)
    })
  })
  return { port: await listening(server), heard }
}

function checksWith(active: object) {
  const checks = activeChecks(upstreamWith({ active: { healthy: { interval: 1 }, timeout: 60, ...active } }))
  if (checks === null) throw new Error('nothing is probed')
  return checks
}

const probed = (port: number, active: object = {}, host = 'a.test', until = signal): Promise<ProbeOutcome> =>
  probe(checksWith(active), { ip: '127.0.0.1', port, host }, null, until)

describe('a probe over HTTP', () => {
  it('asks for its path, and reads the status', async () => {
    const { port, heard } = await aServer((socket) => socket.end('HTTP/1.0 503 Busy\r\n\r\n'))
    expect(await probed(port, { http_path: '/ok' })).toEqual({ kind: 'answered', status: 503 })
    expect(heard).toEqual(['GET /ok HTTP/1.0\r\nHost: a.test\r\n\r\n'])
  })

  it('does not wait for the rest of the answer', async () => {
    const { port } = await aServer((socket) => socket.write('HTTP/1.1 200 OK\r\nX-Never: en'))
    expect(await probed(port)).toEqual({ kind: 'answered', status: 200 })
  })

  it.each([
    ['in pieces', (socket: Socket) => ['HTTP/1', '.1 40', '4 No\r\n'].map((one) => socket.write(one)), 404],
    ['that is none in HTTP', (socket: Socket) => socket.write('220 hello\r\n'), 0],
    ['that ends in its first line', (socket: Socket) => socket.end('HTTP/1.1 200 OK'), 200],
    ['whose first line does not end', (socket: Socket) => socket.write('x'.repeat(9000)), 0],
  ])('reads an answer %s', async (_, answer, status) => {
    const { port } = await aServer(answer)
    expect(await probed(port)).toEqual({ kind: 'answered', status })
  })

  it.each([
    ['closes', (socket: Socket) => socket.end()],
    ['resets', (socket: Socket) => socket.resetAndDestroy()],
  ])('is broken where the target %s the connection without an answer', async (_, answer) => {
    const { port } = await aServer(answer)
    expect(await probed(port)).toEqual({ kind: 'broken' })
  })

  it.each([
    ['says nothing', () => undefined],
    ['never ends its first line', (socket: Socket) => socket.write('HTTP/1.1 ')],
  ])('is late where the target %s', async (_, answer) => {
    const { port } = await aServer(answer)
    expect(await probed(port, { timeout: 0.05 })).toEqual({ kind: 'timeout' })
  })

  it('gives up with its signal', async () => {
    const stopping = new AbortController()
    const { port } = await aServer(() => stopping.abort())
    expect(await probed(port, {}, 'a.test', stopping.signal)).toEqual({ kind: 'broken' })
  })
})

describe.each(['http', 'https', 'tcp'])('a probe of type %s', (type) => {
  it('is broken where nobody listens', async () => {
    const server = createServer()
    const port = await listening(server)
    await new Promise((resolve) => server.close(resolve))
    expect(await probed(port, { type })).toEqual({ kind: 'broken' })
  })

  it('is late where nobody accepts', async () => {
    const hole = await openBlackHole()
    open.push(hole)
    expect(await probed(hole.port, { type, timeout: 0.05 })).toEqual({ kind: 'timeout' })
  })
})

it('a probe of type tcp wants no more than a connection', async () => {
  const { port, heard } = await aServer(() => undefined)
  expect(await probed(port, { type: 'tcp' })).toEqual({ kind: 'connected' })
  expect(heard).toEqual([])
})

describe('a probe over TLS', () => {
  async function aTlsServer() {
    const pair = await generateClusterPair()
    const names: unknown[] = []
    const server = createTlsServer({ cert: pair.cert, key: pair.key }, (socket) => {
      names.push(Reflect.get(socket, 'servername'))
      socket.on('error', () => socket.destroy())
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\n'))
    })
    return { port: await listening(server), names, cert: pair.cert }
  }

  it('is broken by a certificate that nobody vouches for', async () => {
    const { port, names } = await aTlsServer()
    expect(await probed(port, { type: 'https' })).toEqual({ kind: 'broken' })
    expect(names).toEqual([])
  })

  it('is satisfied by a certificate of a known authority, if it is of the name that was asked for', async () => {
    const { port, cert } = await aTlsServer()
    const known = getCACertificates()
    setDefaultCACertificates([...known, cert])
    try {
      const name = new X509Certificate(cert).subjectAltName?.replace('DNS:', '') ?? ''
      expect(await probed(port, { type: 'https' }, name)).toEqual({ kind: 'answered', status: 200 })
      expect(await probed(port, { type: 'https', https_sni: name })).toEqual({
        kind: 'answered',
        status: 200,
      })
      expect(await probed(port, { type: 'https' })).toEqual({ kind: 'broken' })
      // An address is asked for by nobody's name, and has to be in the certificate itself.
      expect(await probed(port, { type: 'https' }, '127.0.0.1')).toEqual({ kind: 'broken' })
    } finally {
      setDefaultCACertificates(known)
    }
  })

  it('takes any certificate where it is told to, and asks for the name that it is told', async () => {
    const { port, names } = await aTlsServer()
    const trusting = { type: 'https', https_verify_certificate: false }
    const answered = { kind: 'answered', status: 200 }
    expect(await probed(port, trusting)).toEqual(answered)
    expect(await probed(port, { ...trusting, https_sni: 'b.test' })).toEqual(answered)
    expect(await probed(port, trusting, '127.0.0.1')).toEqual(answered)
    expect(names).toEqual(['a.test', 'b.test', false])
  })

  it('shows its certificate to a target that asks for one', async () => {
    const [own, stranger] = [await generateClusterPair(), await generateClusterPair()]
    const server = createTlsServer({ ...own, ca: own.cert, requestCert: true }, (socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\n'))
    })
    server.on('tlsClientError', () => undefined)
    const to = { ip: '127.0.0.1', port: await listening(server), host: 'a.test' }
    const checks = checksWith({ type: 'https', https_verify_certificate: false })
    expect(await probe(checks, to, own, signal)).toEqual({ kind: 'answered', status: 200 })
    expect(await probe(checks, to, stranger, signal)).toEqual({ kind: 'broken' })
    expect(await probe(checks, to, null, signal)).toEqual({ kind: 'broken' })
  })

  it('is broken where the target does not speak it, and late where it never ends the handshake', async () => {
    const plain = await aServer((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'))
    expect(await probed(plain.port, { type: 'https' })).toEqual({ kind: 'broken' })
    const silent = await aServer(() => undefined)
    expect(await probed(silent.port, { type: 'https', timeout: 0.05 })).toEqual({ kind: 'timeout' })
  })
})

describe('a probe by gRPC', () => {
  /** A health service that says this of its servers, by their names. */
  async function aHealthService(answers: Record<string, number>): Promise<number> {
    const server = new GrpcServer()
    const bytes = { serialize: (all: Buffer) => all, deserialize: (all: Buffer) => all }
    server.addService(
      {
        check: {
          path: '/grpc.health.v1.Health/Check',
          requestStream: false,
          responseStream: false,
          requestSerialize: bytes.serialize,
          requestDeserialize: bytes.deserialize,
          responseSerialize: bytes.serialize,
          responseDeserialize: bytes.deserialize,
        },
      },
      {
        check: ({ request }: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => {
          const state = answers[request.subarray(2).toString()]
          if (state === undefined) done({ code: 5, details: 'unknown service' })
          else done(null, Buffer.from([8, state]))
        },
      },
    )
    open.push({ [Symbol.asyncDispose]: async () => server.forceShutdown() })
    return await new Promise((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      ),
    )
  }

  it.each([
    ['serves', {}, 200],
    ['has a service that serves', { http_path: '/a.Good' }, 200],
    ['has one that does not', { http_path: '/a.Bad' }, 503],
    ['does not know it', { http_path: '/a.None' }, 404],
  ])('reads what a server that %s says', async (_, active, status) => {
    const port = await aHealthService({ '': 1, 'a.Good': 1, 'a.Bad': 2 })
    expect(await probed(port, { type: 'grpc', ...active })).toEqual({ kind: 'answered', status })
  })

  it('is broken where nobody speaks HTTP/2', async () => {
    const { port } = await aServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    expect(await probed(port, { type: 'grpc' })).toEqual({ kind: 'broken' })
  })

  it('is over when nobody waits for it any more', async () => {
    const { port } = await aServer(() => undefined)
    expect(await probed(port, { type: 'grpc' }, 'a.test', AbortSignal.timeout(50))).toEqual({
      kind: 'broken',
    })
  })
})
