import { type ChildProcess, spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CertificatePair, generateCertificate } from './generate.ts'
import { askResponder } from './ocsp.ts'

const now = new Date()
const aDay = { dnsNames: [], days: 1, now }
const root = await generateCertificate({ ...aDay, commonName: 'root', authority: true })
const stranger = await generateCertificate({ ...aDay, commonName: 'root', authority: true })

let ends: (() => unknown)[] = []
beforeEach(() => {
  ends = []
})
afterEach(async () => {
  for (const end of ends.toReversed()) await end()
})

async function aNode(responder?: string): Promise<CertificatePair> {
  const wish = { ...aDay, commonName: 'a-node', usages: ['client'] as const }
  return generateCertificate(responder === undefined ? wish : { ...wish, ocspResponder: responder }, root)
}

const chainOf = ({ cert }: CertificatePair) => [new X509Certificate(cert), new X509Certificate(root.cert)]
const ask = (pair: CertificatePair, patienceMs = 20_000) => askResponder(chainOf(pair), { patienceMs })

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // it listens on TCP
  server.close()
  await once(server, 'close')
  return port
}

interface Entry {
  readonly pair: CertificatePair
  readonly revoked?: boolean
}

/** `openssl ocsp` on a port, which knows these certificates. */
async function openssl(
  port: number,
  entries: readonly Entry[],
  signer: CertificatePair = root,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'biplane-ocsp-'))
  ends.push(() => rm(folder, { recursive: true }))
  const time = (date: Date) => `${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`
  const lines = entries.map(({ pair, revoked = false }) => {
    const { serialNumber, validToDate } = new X509Certificate(pair.cert)
    const until = time(validToDate)
    return [revoked ? 'R' : 'V', until, revoked ? time(now) : '', serialNumber, 'unknown', '/CN=a-node'].join(
      '\t',
    )
  })
  const file = (name: string) => join(folder, name)
  await writeFile(file('index.txt'), lines.map((line) => `${line}\n`).join(''))
  await writeFile(file('ca.crt'), root.cert)
  await writeFile(file('signer.crt'), signer.cert)
  await writeFile(file('signer.key'), signer.key)
  const options = ['-index', file('index.txt'), '-CA', file('ca.crt'), '-rsigner', file('signer.crt')]
  const child = spawn('openssl', ['ocsp', '-port', String(port), ...options, '-rkey', file('signer.key')], {
    stdio: 'ignore',
  })
  ends.push(() => stop(child))
}

async function stop(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

/** Some other server; returns where it is. */
async function responder(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  ends.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // it listens on TCP
  return `http://127.0.0.1:${port}/`
}

/** A responder takes a moment to start. */
async function answered(pair: CertificatePair) {
  for (;;) {
    const answer = await ask(pair)
    if (answer.kind !== 'unknown') return answer
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('askResponder, of openssl ocsp', () => {
  it.each<[string, (pair: CertificatePair) => readonly Entry[], object]>([
    ['is good', (pair) => [{ pair }], { kind: 'good' }],
    [
      'was revoked',
      (pair) => [{ pair, revoked: true }],
      { kind: 'bad', reason: expect.stringContaining('was revoked at') },
    ],
    ['is not known', () => [], { kind: 'bad', reason: 'the responder does not know the certificate' }],
  ])('tells that a certificate %s', async (_what, entries, expected) => {
    const port = await freePort()
    const pair = await aNode(`http://127.0.0.1:${port}`)
    await openssl(port, entries(pair))
    expect(await answered(pair)).toEqual(expected)
  })

  it('does not believe who is not the authority', async () => {
    const port = await freePort()
    const pair = await aNode(`http://127.0.0.1:${port}`)
    await openssl(port, [{ pair }], stranger)
    expect(await answered(pair)).toEqual({ kind: 'bad', reason: 'the answer is not signed by the authority' })
  })

  it('does not believe another certificate of the authority that is not for that', async () => {
    const port = await freePort()
    const pair = await aNode(`http://127.0.0.1:${port}`)
    await openssl(port, [{ pair }], await aNode())
    expect(await answered(pair)).toMatchObject({ kind: 'bad' })
  })
})

describe('askResponder', () => {
  it.each<[string, RequestListener, string]>([
    ['fails', (_request, response) => response.writeHead(500).end('no'), 'it answered 500'],
    ['answers nothing', (_request, response) => response.end(), 'its answer is empty'],
    [
      'sends too much',
      (_request, response) => response.end(Buffer.alloc(100_000)),
      'longer than 65536 bytes',
    ],
    ['closes the connection', (request) => request.socket.destroy(), 'other side closed'],
  ])('could not tell where the responder %s', async (_what, listener, reason) => {
    const pair = await aNode(await responder(listener))
    expect(await ask(pair)).toEqual({ kind: 'unknown', reason: expect.stringContaining(reason) })
  })

  it('could not tell where the responder is silent', async () => {
    const pair = await aNode(await responder(() => undefined))
    const answer = await ask(pair, 50)
    expect(answer).toEqual({ kind: 'unknown', reason: expect.stringContaining('did not answer in time') })
  })

  it('could not tell where nobody listens', async () => {
    const answer = await ask(await aNode(`http://127.0.0.1:${await freePort()}`))
    expect(answer).toEqual({ kind: 'unknown', reason: expect.stringContaining('ECONNREFUSED') })
  })

  it('could not tell without a responder, or without the issuer', async () => {
    expect(await ask(await aNode())).toEqual({
      kind: 'unknown',
      reason: 'the certificate names no responder',
    })
    const [own] = chainOf(await aNode('http://127.0.0.1:1/'))
    expect(await askResponder(own === undefined ? [] : [own])).toMatchObject({ kind: 'unknown' })
  })

  it('asks by POST, as RFC 6960 has it, and believes no nonsense', async () => {
    const asked: unknown[] = []
    const url = await responder((request, response) => {
      asked.push(request.method, request.headers['content-type'])
      response.end('nonsense')
    })
    expect(await ask(await aNode(url))).toMatchObject({ kind: 'bad' })
    expect(asked).toEqual(['POST', 'application/ocsp-request'])
  })
})
