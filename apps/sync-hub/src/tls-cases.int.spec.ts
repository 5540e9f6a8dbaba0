import { type ChildProcess, spawn } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { certificatesIn, serveFollowers } from '@biplane/protocol/stream'
import {
  askResponder,
  type CertificatePair,
  generateCertificate,
  generateClusterPair,
} from '@biplane/service'
import { freePort } from '@biplane/tools/postgres'
import { expect, it, onTestFinished, vi } from 'vitest'
import { LinkCertificates, type LinkSettings } from './certificates.ts'
import { eventually } from './line-fixtures.ts'
import { type Responder, tlsCases } from './tls-cases.fixture.ts'

// A responder is waited for, and a busy machine takes its time to start one.
vi.setConfig({ testTimeout: 120_000 })

const now = new Date()
const aDay = { dnsNames: [], days: 1, now }
const authority = { ...aDay, commonName: 'authority', authority: true }
const ca = await generateCertificate(authority)
const above = [ca]
for (let step = 1; step <= 4; step++)
  above.push(await generateCertificate({ ...authority, commonName: `step ${step}` }, above.at(-1)))
const shared = await generateClusterPair()
const hub = await generateCertificate({ ...aDay, commonName: 'hub', usages: ['server'] }, ca)
const node = { ...aDay, commonName: 'a-node', usages: ['client'] as const }

/** What the node shows, once somebody answers for it as wished. */
async function shown(
  shows: (typeof tlsCases)[number]['shows'],
  responder?: Responder,
): Promise<Partial<CertificatePair>> {
  switch (shows) {
    case 'the same':
      return shared
    case 'another':
      return generateClusterPair()
    case 'none':
      return {}
    case 'of another authority':
      return generateCertificate(node, await generateCertificate(authority))
    case 'too deep':
      return generateCertificate(node, above[4])
    case 'of the authority':
      return issued(responder ?? 'is not named')
  }
}

async function issued(responder: Responder): Promise<CertificatePair> {
  switch (responder) {
    case 'is not named':
      return generateCertificate(node, ca)
    case 'answers 500':
      return generateCertificate({ ...node, ocspResponder: await aServer(500) }, ca)
    case 'is silent':
      return generateCertificate({ ...node, ocspResponder: await aServer(null) }, ca)
    case 'good':
    case 'revoked': {
      const port = await freePort()
      const pair = await generateCertificate({ ...node, ocspResponder: `http://127.0.0.1:${port}` }, ca)
      await openssl(port, pair, responder)
      return pair
    }
  }
}

async function aServer(status: number | null): Promise<string> {
  const server = createServer((_request, response) => status !== null && response.writeHead(status).end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // it listens on TCP
  return `http://127.0.0.1:${port}/`
}

async function openssl(port: number, { cert }: CertificatePair, status: 'good' | 'revoked'): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'biplane-ocsp-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const time = (date: Date) => `${date.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`
  const { serialNumber, validToDate } = new X509Certificate(cert)
  const since = status === 'revoked' ? time(now) : ''
  const line = [
    status === 'revoked' ? 'R' : 'V',
    time(validToDate),
    since,
    serialNumber,
    'unknown',
    '/CN=a-node',
  ]
  const file = (name: string) => join(folder, name)
  await writeFile(file('index.txt'), `${line.join('\t')}\n`)
  await writeFile(file('ca.crt'), ca.cert)
  await writeFile(file('ca.key'), ca.key)
  const signer = ['-CA', file('ca.crt'), '-rsigner', file('ca.crt'), '-rkey', file('ca.key')]
  const options = ['ocsp', '-port', String(port), '-index', file('index.txt'), ...signer]
  const child: ChildProcess = spawn('openssl', options, { stdio: 'ignore' })
  onTestFinished(async () => {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  })
  const chain = [...certificatesIn(cert), ...certificatesIn(ca.cert)]
  await eventually(async () => expect((await askResponder(chain)).kind).not.toBe('unknown'))
}

/** The port of a hub with these settings, and the levels of what it logs. */
async function aHub(settings: Partial<LinkSettings>): Promise<{ port: number; levels: string[] }> {
  const levels: string[] = []
  const certificates = new LinkCertificates({
    ...{
      cluster_mtls: 'shared',
      cluster_cert: shared.cert,
      cluster_cert_key: shared.key,
      cluster_ca_cert: null,
    },
    ...{ cluster_cert_accepted: [], cluster_ocsp: 'off', cluster_ocsp_interval: 60 },
    ...{ feed_cert: shared.cert, feed_cert_key: shared.key, feed_cert_accepted: [] },
    ...settings,
  })
  const stop = new AbortController()
  const server = await serveFollowers({
    listen: { host: '127.0.0.1', port: 0 },
    tls: certificates.nodes,
    welcome: () => ({ sourceId: 'hub', version: '3.4.0', plugins: [] }),
    session: () => Promise.resolve(),
    log: {
      info: () => undefined,
      warn: () => void levels.push('warn'),
      error: () => void levels.push('error'),
    },
    signal: stop.signal,
  })
  onTestFinished(async () => {
    stop.abort()
    await server.closed
  })
  return { port: server.address.port, levels }
}

/** Whether the hub says the first word of HTTP/2. */
function isLetIn(port: number, pair: Partial<CertificatePair>): Promise<boolean> {
  const socket = connect({
    port,
    host: '127.0.0.1',
    ALPNProtocols: ['h2'],
    rejectUnauthorized: false,
    ...pair,
  })
  socket.on('error', () => socket.destroy())
  return new Promise<boolean>((resolve) => {
    socket.once('data', () => resolve(true))
    socket.once('close', () => resolve(false))
  }).finally(() => socket.destroy())
}

it.each(tlsCases)(
  '$id: in mode $mode a node that shows $shows (ocsp $ocsp, the responder: $responder), let in: $accepted',
  async ({ mode, shows, ocsp = 'off', responder, accepted, logged }) => {
    const pair = await shown(shows, responder)
    const pki: Partial<LinkSettings> = {
      ...{ cluster_mtls: 'pki', cluster_ca_cert: ca.cert, cluster_ocsp: ocsp },
      ...{ cluster_cert: hub.cert, cluster_cert_key: hub.key },
    }
    const { port, levels } = await aHub(mode === 'pki' ? pki : {})
    expect(await isLetIn(port, pair)).toBe(accepted)
    expect(levels).toEqual(logged === null ? [] : [logged])
  },
)
