import { type ChildProcess, spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FollowerStream, type FollowerTls, serveFollowers } from '@biplane/protocol/stream'
import { askResponder, type CertificatePair, createLogger, generateCertificate } from '@biplane/service'
import { freePort } from '@biplane/tools/postgres'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type BareFollower, followBarely } from './bare-follower.ts'
import { LinkCertificates } from './certificates.ts'
import { eventually } from './line-fixtures.ts'

// A hub with cluster_mtls=pki and cluster_ocsp, a node, and `openssl ocsp` between them.

const now = new Date()
const aDay = { dnsNames: [], days: 1, now }
const ca = await generateCertificate({ ...aDay, commonName: 'authority', authority: true })
const hub = await generateCertificate(
  { ...aDay, commonName: 'hub', dnsNames: ['hub.test'], usages: ['server'] },
  ca,
)

let stop: AbortController
let running: Promise<unknown>[]
let folder = ''
let responder: ChildProcess | null
beforeEach(async () => {
  stop = new AbortController()
  running = []
  responder = null
  told = []
  folder = await mkdtemp(join(tmpdir(), 'biplane-ocsp-'))
})
afterEach(async () => {
  stop.abort()
  await Promise.all(running)
  await silence()
  await rm(folder, { recursive: true })
})

async function silence(): Promise<void> {
  if (responder === null) return
  const ended = once(responder, 'exit')
  responder.kill('SIGKILL')
  await ended
  responder = null
}

/** Lets the responder say that the certificate is good (V) or was revoked (R). */
async function say(status: 'V' | 'R', port: number, { cert }: CertificatePair): Promise<void> {
  await silence()
  const time = (date: Date) => `${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`
  const { serialNumber, validToDate } = new X509Certificate(cert)
  const revoked = status === 'R' ? time(now) : ''
  const line = [status, time(validToDate), revoked, serialNumber, 'unknown', '/CN=a-node'].join('\t')
  const [index, crt, key] = ['index.txt', 'ca.crt', 'ca.key'].map((name) => join(folder, name))
  if (index === undefined || crt === undefined || key === undefined) throw new Error('there are three')
  await Promise.all([writeFile(index, `${line}\n`), writeFile(crt, ca.cert), writeFile(key, ca.key)])
  const options = ['-port', String(port), '-index', index, '-CA', crt, '-rsigner', crt, '-rkey', key]
  responder = spawn('openssl', ['ocsp', ...options], { stdio: 'ignore' })
}

let told: string[]
const log = createLogger({ log_level: 'warn' }, 'sync-hub', { write: (line) => told.push(line) })

async function aHub(ocsp: 'on' | 'optional' | 'off'): Promise<number> {
  const certificates = new LinkCertificates({
    cluster_mtls: 'pki',
    cluster_cert: hub.cert,
    cluster_cert_key: hub.key,
    cluster_cert_accepted: [],
    cluster_ca_cert: ca.cert,
    cluster_ocsp: ocsp,
    cluster_ocsp_interval: 1,
    feed_cert: hub.cert,
    feed_cert_key: hub.key,
    feed_cert_accepted: [],
  })
  const server = await serveFollowers({
    listen: { host: '127.0.0.1', port: 0 },
    tls: certificates.nodes,
    welcome: () => ({ sourceId: 'hub', version: '3.4.0', plugins: [] }),
    session: ({ signal }: FollowerStream) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve())),
    log,
    signal: stop.signal,
  })
  running.push(server.closed)
  return server.address.port
}

function aNode(port: number, pair: CertificatePair): BareFollower {
  const tls: FollowerTls = {
    credentials: () => pair,
    sources: () => ({ kind: 'pki', authorities: ca.cert, serverName: 'hub.test' }),
  }
  const node = followBarely(port, tls, stop.signal)
  running.push(node.ended)
  return node
}

async function aCertificate(port: number | null): Promise<CertificatePair> {
  const wish = { ...aDay, commonName: 'a-node', usages: ['client'] as const }
  return generateCertificate(
    port === null ? wish : { ...wish, ocspResponder: `http://127.0.0.1:${port}` },
    ca,
  )
}

it('cuts off a node whose certificate is revoked, and not one whose responder is gone', async () => {
  const port = await freePort()
  const pair = await aCertificate(port)
  await say('V', port, pair)
  const node = aNode(await aHub('on'), pair)
  await eventually(() => expect(node.link).not.toBe(null))
  const { link } = node
  await silence()
  const unsure = () =>
    told.filter((line) => line.includes('could not tell whether a certificate was revoked'))
  await eventually(() => expect(unsure()).toHaveLength(1))
  expect([node.link, link?.signal.aborted]).toEqual([link, false])
  await say('R', port, pair)
  await eventually(() => expect(link?.signal.aborted).toBe(true))
  const { failures } = node
  await eventually(() => expect(node.failures).toBeGreaterThan(failures + 3))
  expect(node.link).toBe(null)
})

it.each([
  ['on', 'R', false],
  ['optional', 'V', true],
  ['optional', 'R', false],
  ['off', 'R', true],
] as const)(
  'with cluster_ocsp=%s and a certificate that is %s, lets a node in: %s',
  async (ocsp, status, expected) => {
    const port = await freePort()
    const pair = await aCertificate(port)
    await say(status, port, pair)
    await answers(pair)
    const node = aNode(await aHub(ocsp), pair)
    await eventually(() => expect(node.links + node.failures).toBeGreaterThan(0))
    expect(node.links > 0).toBe(expected)
  },
)

it.each([
  ['on', false],
  ['optional', true],
  ['off', true],
] as const)(
  'with cluster_ocsp=%s and no responder in the certificate, lets a node in: %s',
  async (ocsp, expected) => {
    const node = aNode(await aHub(ocsp), await aCertificate(null))
    await eventually(() => expect(node.links + node.failures).toBeGreaterThan(0))
    expect(node.links > 0).toBe(expected)
  },
)

/** A responder takes a moment to start. */
async function answers({ cert }: CertificatePair): Promise<void> {
  const chain = [new X509Certificate(cert), new X509Certificate(ca.cert)]
  await eventually(async () => expect((await askResponder(chain)).kind).not.toBe('unknown'))
}
