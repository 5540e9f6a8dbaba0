import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import https from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect, type TLSSocket } from 'node:tls'
import {
  type CertificatePair,
  createLogger,
  generateCertificate,
  loadSome,
  type Reread,
} from '@biplane/service'
import { describe, expect, it, onTestFinished } from 'vitest'
import { anAdminOf } from '../fixtures/admin.ts'
import { eventually } from '../fixtures/eventually.ts'
import { aMemoryBackend } from '../fixtures/memory.ts'
import { serveAdmin } from '../serve-admin.ts'
import { Access } from './access.ts'
import { callerOf } from './caller.ts'

const log = createLogger({ log_level: 'crit' }, 'admin-api')

/** A certificate that is its own authority. */
function aCertificate(commonName: string): Promise<CertificatePair> {
  return generateCertificate({
    ...{ commonName, dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] },
    ...{ days: 1, now: new Date() },
  })
}

const [server, deploy, board, stranger] = await Promise.all(
  ['localhost', 'deploy', 'board', 'deploy'].map(aCertificate),
)
if (!(server && deploy && board && stranger)) throw new Error('certificates are missing')
const trusted = `${deploy.cert}${board.cert}`

/** An Admin API of these settings, listening. */
async function listening(settings: Readonly<Record<string, string>>) {
  const prefix = mkdtempSync(join(tmpdir(), 'biplane-access-'))
  const given = {
    ...{ admin_listen: '127.0.0.1:0 ssl', admin_ssl_cert: server?.cert, admin_ssl_cert_key: server?.key },
    ...{ prefix, ...settings },
  }
  const env = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [`KONG_${name.toUpperCase()}`, value ?? '']),
  )
  const reread: Reread<'admin-api'> = (names) =>
    loadSome('admin-api', names, env, () => {
      throw new Error('there are no files')
    })
  const read = reread([
    ...(['prefix', 'admin_listen', 'admin_tokens', 'admin_client_roles', 'admin_client_ca'] as const),
    ...(['admin_client_verify', 'admin_ssl_cert', 'admin_ssl_cert_key', 'admin_ssl_min_version'] as const),
  ])
  if ('problems' in read) throw new Error(JSON.stringify(read.problems))
  const backend = await aMemoryBackend('services: [{ name: shop, host: h }]\n_format_version: "3.0"')
  const access = new Access(read.settings, log)
  const admin = await serveAdmin(
    read.settings.admin_listen,
    () => access.secure(),
    (tls) => {
      const app = anAdminOf(backend, { gate: access.gate, tls })
      app.get('/who', async (request) => callerOf(request))
      return app
    },
    100,
  )
  onTestFinished(async () => {
    await admin.close()
    rmSync(prefix, { recursive: true })
  })
  return { admin, access, url: admin.addresses[0] ?? '', plain: admin.addresses[1] ?? '' }
}

interface Answer {
  readonly status: number | undefined
  readonly body: unknown
}

async function ask(url: string, options: https.RequestOptions = {}): Promise<Answer> {
  const request = https.request(url, { rejectUnauthorized: false, agent: false, ...options })
  request.end()
  const [response] = await once(request, 'response')
  return { status: response.statusCode, body: JSON.parse(await text(response)) }
}

const failure = (url: string, options: https.RequestOptions = {}): Promise<string> =>
  ask(url, options).then(
    ({ status }) => `answered ${status}`,
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
  )

describe('an Admin API with client certificates', () => {
  it('lets in those of its authorities and no others, by their names', async () => {
    const { url } = await listening({ admin_client_verify: 'on', admin_client_ca: trusted })
    expect(await ask(`${url}/who`, deploy)).toEqual({
      status: 200,
      body: { name: 'deploy', proof: 'certificate', address: '127.0.0.1', role: 'write' },
    })
    // An alert of TLS, or the end of the connection: whichever the client sees first.
    expect(await failure(`${url}/status`)).toMatch(/^(ERR_SSL|ECONNRESET|EPIPE)/)
    expect(await failure(`${url}/status`, stranger)).toMatch(/^(ERR_SSL|ECONNRESET|EPIPE)/)
  })

  it('gives each the role that the settings name', async () => {
    const { url } = await listening({
      ...{ admin_client_verify: 'on', admin_client_ca: trusted, admin_client_roles: 'board:read-only' },
    })
    expect(await ask(`${url}/services`, board)).toMatchObject({ status: 200 })
    expect(await ask(`${url}/services`, { ...board, method: 'POST' })).toMatchObject({
      status: 403,
      body: { message: "the certificate 'board' may only read, and POST writes here" },
    })
    expect(await ask(`${url}/services`, deploy)).toMatchObject({ status: 403 })
  })

  it('lets one be left out where it may be, and believes none that it does not trust', async () => {
    const { url } = await listening({ admin_client_verify: 'optional', admin_client_ca: trusted })
    expect(await ask(`${url}/who`)).toMatchObject({ body: { name: null } })
    expect(await ask(`${url}/who`, deploy)).toMatchObject({ body: { name: 'deploy' } })
    expect(await ask(`${url}/who`, stranger)).toMatchObject({ body: { name: null, proof: 'none' } })
  })

  it('lets nobody in beside TLS, but for probes', async () => {
    const { plain } = await listening({
      ...{ admin_listen: '127.0.0.1:0 ssl, 127.0.0.1:0' },
      ...{ admin_client_verify: 'on', admin_client_ca: trusted },
    })
    const statuses = await Promise.all(
      ['/services', '/status/ready'].map(async (path) => (await fetch(`${plain}${path}`)).status),
    )
    expect(statuses).toEqual([403, 200])
  })
})

describe('the TLS of an Admin API', () => {
  it.each([
    ['TLSv1.2', 'TLSv1.3', 'EPROTO'],
    ['TLSv1.2', 'TLSv1.2', 'answered 200'],
    ['TLSv1.1', 'TLSv1.2', 'EPROTO'],
  ] as const)('a client of %s where %s is the least: %s', async (spoken, least, outcome) => {
    const { url } = await listening({ admin_ssl_min_version: least })
    const options = { maxVersion: spoken, minVersion: spoken, ciphers: 'DEFAULT@SECLEVEL=0' }
    expect(await failure(`${url}/status`, options)).toBe(outcome)
  })

  it('presents what the settings name, or what it made for itself', async () => {
    const given = await listening({})
    const made = await listening({ admin_ssl_cert: '', admin_ssl_cert_key: '' })
    const [theirs, own] = await Promise.all([presented(given.url), presented(made.url)])
    expect(theirs.raw.equals(own.raw)).toBe(false)
    expect([theirs.subject.CN, own.subject.CN]).toEqual(['localhost', 'localhost'])
  })

  it('changes certificate, authority and roles while it runs', async () => {
    const { admin, access, url } = await listening({
      ...{ admin_client_verify: 'on', admin_client_ca: deploy.cert, admin_client_roles: 'deploy:write' },
    })
    expect(await failure(`${url}/services`, board)).toMatch(/^(ERR_SSL|ECONNRESET|EPIPE)/)
    const next = await aCertificate('next')
    const env = {
      KONG_ADMIN_SSL_CERT: next.cert,
      KONG_ADMIN_SSL_CERT_KEY: next.key,
      KONG_ADMIN_CLIENT_VERIFY: 'on',
      KONG_ADMIN_CLIENT_CA: board.cert,
      KONG_ADMIN_CLIENT_ROLES: 'board:read-only',
    }
    const stop = new AbortController()
    const following = access.follow(
      admin.renew,
      (names) => loadSome('admin-api', names, env, () => ''),
      stop.signal,
    )
    onTestFinished(async () => {
      stop.abort()
      await following
    })
    await eventually(async () => (await presented(url, board)).subject.CN === 'next', 20_000)
    expect(await ask(`${url}/services`, board)).toMatchObject({ status: 200 })
    expect(await failure(`${url}/services`, deploy)).toMatch(/^(ERR_SSL|ECONNRESET|EPIPE)/)
    expect(access.certificates).toEqual([next.cert.trim()])
  }, 40_000)
})

/** The certificate that a listener shows. */
async function presented(url: string, options: Partial<CertificatePair> = {}) {
  const { hostname, port } = new URL(url)
  const socket: TLSSocket = connect({
    host: hostname,
    port: Number(port),
    rejectUnauthorized: false,
    ...options,
  })
  await once(socket, 'secureConnect')
  const certificate = socket.getPeerCertificate()
  socket.destroy()
  return certificate
}
