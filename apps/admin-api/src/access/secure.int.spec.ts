import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import https from 'node:https'
import { text } from 'node:stream/consumers'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { ec, rsa } from '@biplane/entities/fixtures/pem'
import { loadSome } from '@biplane/service'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '../fixtures/eventually.ts'
import { aCertificate, ask, failure, listening } from '../fixtures/listening.ts'

const [deploy, board, stranger] = await Promise.all(['deploy', 'board', 'deploy'].map(aCertificate))
if (!(deploy && board && stranger)) throw new Error('certificates are missing')
const trusted = `${deploy.cert}${board.cert}`

describe('an Admin API with client certificates', () => {
  it('lets in those of its authorities and no others, by their names', async () => {
    const { url } = await listening({ admin_client_verify: 'on', admin_client_ca: trusted })
    expect(await ask(`${url}/who`, deploy)).toMatchObject({
      status: 200,
      body: { name: 'deploy', proof: 'certificate', address: '127.0.0.1', role: 'write' },
    })
    // An alert of TLS, or the end of the connection: whichever the client sees first.
    expect(await failure(`${url}/status`)).toMatch(/^(ERR_SSL|ECONNRESET|EPIPE)/)
    expect(await failure(`${url}/status`, stranger)).toMatch(/^(ERR_SSL|ECONNRESET|EPIPE)/)
  })

  it('calls one by its fingerprint that has several names, of which any might be another’s', async () => {
    const several = await aCertificate('board, CN=deploy')
    const { url } = await listening({
      ...{ admin_client_verify: 'on', admin_client_ca: `${trusted}${several.cert}` },
    })
    const { fingerprint256 } = new X509Certificate(several.cert)
    expect(await ask(`${url}/who`, several)).toMatchObject({ body: { name: fingerprint256 } })
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

  it('takes who resumes a session for nobody that he was not before', async () => {
    const { url } = await listening({ admin_client_verify: 'optional', admin_client_ca: trusted })
    for (const [shown, name] of [
      [{}, null],
      [stranger, null],
      [deploy, 'deploy'],
    ] as const) {
      const session = await sessionOf(url, shown)
      const resumed = await resuming(`${url}/who`, session)
      expect(resumed).toMatchObject({ isReused: true, body: { name } })
    }
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

  it('presents, of several certificates, the one that a client can use', async () => {
    const { url } = await listening({
      admin_ssl_cert: `${ec.cert},${btoa(rsa.cert)}`,
      admin_ssl_cert_key: `${ec.key},${btoa(rsa.key)}`,
    })
    const sorts = ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256']
    const shown = sorts.map((ciphers) => presented(url, { ciphers, maxVersion: 'TLSv1.2' }))
    expect((await Promise.all(shown)).map(({ subject }) => subject.CN)).toEqual(['ec.test', 'rsa.test'])
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
  })

  it('ends a connection that was busy when what it was opened with changed', async () => {
    const { admin, access, url } = await listening({
      ...{ admin_client_verify: 'on', admin_client_ca: deploy.cert },
    })
    const { hostname, port } = new URL(url)
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false, ...deploy })
    const head = 'Host: a\r\nContent-Type: application/json\r\nContent-Length: 2\r\n'
    const request = `POST /schemas/services/validate HTTP/1.1\r\n${head}`
    socket.write(`${request}Expect: 100-continue\r\n\r\n`)
    await once(socket, 'data')
    admin.renew(await access.secure())
    socket.write(`{}${request}\r\n{}`)
    const answers = (await text(socket)).match(/^connection: .*$/gim)
    expect(answers).toEqual(['Connection: keep-alive', 'Connection: close'])
  })
})

/** What a client needs to begin where it left off. */
async function sessionOf(url: string, shown: ConnectionOptions): Promise<Buffer> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false, ...shown })
  const [session]: Buffer[] = await once(socket, 'session')
  socket.destroy()
  if (session === undefined) throw new Error('there is no session')
  return session
}

async function resuming(url: string, session: Buffer) {
  const options: https.RequestOptions & ConnectionOptions = {
    rejectUnauthorized: false,
    agent: false,
    session,
  }
  const request = https.get(url, options)
  const [response] = await once(request, 'response')
  const { socket } = response
  return { isReused: socket.isSessionReused(), body: JSON.parse(await text(response)) }
}

/** The certificate that a listener shows. */
async function presented(url: string, options: ConnectionOptions = {}) {
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
