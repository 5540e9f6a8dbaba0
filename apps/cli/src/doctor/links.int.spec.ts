import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { connect, createServer } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { authoritiesOf, serveFollowers, type Trust } from '@biplane/protocol/stream'
import {
  type CertificatePair,
  certificateDigest,
  generateCertificate,
  generateClusterPair,
} from '@biplane/service'
import { freePort } from '@biplane/tools/postgres'
import { describe, expect, it, onTestFinished } from 'vitest'
import { anInstallation, found, told } from './fixtures.ts'
import { links } from './links.ts'

const [own, other] = await Promise.all([generateClusterPair(), generateClusterPair()])
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const fault = (...expected: Parameters<typeof told>): object => expect.objectContaining(told(...expected))

const aDay = { dnsNames: [], days: 1, now: new Date() }
const root = await generateCertificate({ ...aDay, commonName: 'root', authority: true })
const ofNode = await generateCertificate({ ...aDay, commonName: 'a-node', usages: ['client'] }, root)
const ofHub = await generateCertificate(
  { ...aDay, commonName: 'hub', dnsNames: ['hub.test'], usages: ['server'] },
  root,
)
const mine = ({ cert, key }: CertificatePair) => ({
  cluster_cert: base64(cert),
  cluster_cert_key: base64(key),
})
const aPkiHub = () => aServer(ofHub, { kind: 'pki', authorities: authoritiesOf(root.cert), revocation: null })

/** The port of a hub of ours, which shows one pair and lets in those who show another. */
function aHub(shown: CertificatePair, accepted: CertificatePair): Promise<number> {
  return aServer(shown, { kind: 'shared', digests: new Set([certificateDigest(accepted.cert)]) })
}

async function aServer(shown: CertificatePair, trust: Trust): Promise<number> {
  const stopping = new AbortController()
  const sessions: string[] = []
  const server = await serveFollowers({
    listen: { host: '127.0.0.1', port: 0 },
    tls: { credentials: () => shown, trust: () => trust },
    welcome: () => ({ sourceId: 'hub', version: '3.4.0', plugins: [] }),
    async session({ hello }) {
      sessions.push(hello.nodeId)
    },
    log: quiet,
    signal: stopping.signal,
  })
  onTestFinished(async () => {
    stopping.abort()
    await server.closed
    expect(sessions).toEqual([])
  })
  return server.address.port
}

async function aTlsServer(options: TlsOptions, patient: boolean): Promise<number> {
  const server = createTlsServer(
    { ...own, requestCert: true, rejectUnauthorized: false, ...options },
    (socket) => {
      socket.on('error', () => undefined)
      if (!patient) socket.end()
      onTestFinished(() => {
        socket.destroy()
      })
    },
  )
  server.on('tlsClientError', () => undefined)
  return await listening(server)
}

async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  const port = await freePort()
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.close()
  })
  return port
}

function tried(...addresses: string[]) {
  const settings = {
    cluster_cert: base64(own.cert),
    cluster_cert_key: base64(own.key),
    cluster_control_plane: addresses.join(', '),
  }
  return found(links, anInstallation('dataplane', settings))
}

describe('the link of a node', () => {
  it('is well where a hub accepts it, and is no session there', async () => {
    const address = `127.0.0.1:${await aHub(own, own)}`
    expect(await tried(address)).toEqual([told('ok', `cluster_control_plane ${address}`, 'reached')])
  })

  it('is refused without a word by a hub that does not accept the certificate', async () => {
    expect(await tried(`127.0.0.1:${await aHub(own, other)}`)).toEqual([
      fault('problem', 'cluster_control_plane', /closed the connection without a word/),
    ])
  })

  it('ends at somebody with another certificate', async () => {
    expect(await tried(`127.0.0.1:${await aHub(other, other)}`)).toEqual([
      fault(
        'problem',
        'cluster_control_plane',
        `shows another certificate .* ${certificateDigest(other.cert)}`,
      ),
    ])
  })

  it('ends at somebody with our certificate, of another name or time', async () => {
    const past = { commonName: 'x', dnsNames: ['x'], days: 1, now: new Date('2020-01-01') }
    const ended = await generateCertificate(past)
    const settings = { cluster_cert: base64(ended.cert), cluster_cert_key: base64(ended.key) }
    const address = `127.0.0.1:${await aHub(ended, ended)}`
    const installation = anInstallation('dataplane', { ...settings, cluster_control_plane: address })
    expect(await found(links, installation)).toEqual([
      fault('problem', address, /shows our certificate, which is not good \(.*CERT/),
    ])
  })

  it('ends where nothing listens', async () => {
    expect(await tried(`127.0.0.1:${await freePort()}`)).toEqual([
      fault('problem', 'cluster_control_plane', /nothing listens there \(ECONNREFUSED\)/),
    ])
  })

  it('ends at a name without an address', async () => {
    expect(await tried('nowhere.invalid:8005')).toEqual([
      fault('problem', 'nowhere.invalid:8005', /the host has no address/),
    ])
  })

  it('ends at something without TLS', async () => {
    const port = await listening(createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')))
    expect(await tried(`127.0.0.1:${port}`)).toEqual([
      fault('problem', 'cluster_control_plane', /does not speak TLS \(wrong version number\)/),
    ])
  })

  it('ends at a server of something else with TLS', async () => {
    const port = await aTlsServer({ ALPNProtocols: ['http/1.1'] }, true)
    expect(await tried(`127.0.0.1:${port}`)).toEqual([
      fault('problem', 'cluster_control_plane', /speaks TLS, and is no end of such a link \(.*protocol\)/),
    ])
  })

  it.each([
    ['is well', {}, 'ok', /reached; each end accepts/],
    ['ends at a hub of another name', { cluster_server_name: 'other.test' }, 'problem', /ALTNAME/],
    ['ends at a hub of another authority', { cluster_ca_cert: base64(own.cert) }, 'problem', /do not trust/],
    [
      'is refused where ours is not issued by the authority of the hub',
      mine(own),
      'problem',
      /without a word/,
    ],
  ] as const)('in mode pki %s', async (_what, more, level, message) => {
    const address = `127.0.0.1:${await aPkiHub()}`
    const settings = { cluster_mtls: 'pki', cluster_ca_cert: base64(root.cert), ...mine(ofNode), ...more }
    const hub = { cluster_server_name: 'hub.test', ...settings, cluster_control_plane: address }
    expect(await found(links, anInstallation('dataplane', hub))).toMatchObject([
      told(level, address, message),
    ])
  })

  it('is not tried with halves of two pairs', async () => {
    const settings = { cluster_cert: base64(own.cert), cluster_cert_key: base64(other.key) }
    const node = anInstallation('dataplane', { ...settings, cluster_control_plane: '127.0.0.1:1' })
    expect(await found(links, node)).toEqual([])
  })

  it('ends at something that never answers', async () => {
    const port = await listening(
      createServer((socket) => {
        onTestFinished(() => {
          socket.destroy()
        })
      }),
    )
    expect(await tried(`127.0.0.1:${port}`)).toEqual([
      fault('problem', 'cluster_control_plane', /said nothing after the connection/),
    ])
  })

  it('ends at a server that has our certificate and hangs', async () => {
    expect(await tried(`127.0.0.1:${await aTlsServer({}, true)}`)).toEqual([
      fault('problem', 'cluster_control_plane', /said nothing after the handshake/),
    ])
  })

  it('ends at a server that closes, or refuses with an alert', async () => {
    expect(await tried(`127.0.0.1:${await aTlsServer({}, false)}`)).toEqual([
      fault('problem', 'cluster_control_plane', /closed the connection without a word/),
    ])
    const strict = await aTlsServer({ rejectUnauthorized: true, ca: other.cert }, true)
    expect(await tried(`127.0.0.1:${strict}`)).toEqual([
      fault('problem', 'cluster_control_plane', /refused us|closed the connection without a word/),
    ])
  })

  it('is a warning where another hub can be reached', async () => {
    const [dead, alive] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await aHub(own, own)}`]
    expect(await tried(dead, alive)).toEqual([
      fault('warning', dead, /nothing listens/),
      told('ok', alive, 'reached'),
    ])
  })
})

describe('the link of a node behind a forward proxy', () => {
  /** The port of a proxy that leads to a port of this machine, whatever name it is asked for, or answers with a status. */
  async function aProxy(then: { readonly port: number } | { readonly status: string }): Promise<number> {
    const proxy = createHttpServer().on('connect', ({ headers }, socket) => {
      const known = headers['proxy-authorization'] === `Basic ${btoa('user:p@ss')}`
      socket.on('error', () => undefined)
      if (!known || 'status' in then)
        return socket.end(`HTTP/1.1 ${'status' in then ? then.status : '407 Who'}\r\n\r\n`)
      const onward = connect(then.port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
      onward
        .on('error', () => undefined)
        .pipe(socket)
        .pipe(onward)
      onTestFinished(() => {
        onward.destroy()
      })
    })
    return await listening(proxy)
  }

  const behind = (port: number, server = `http://user:p%40ss@127.0.0.1:${port}`) => {
    const settings = {
      cluster_cert: base64(own.cert),
      cluster_cert_key: base64(own.key),
      cluster_control_plane: 'hub.only-the-proxy-knows:8005',
      cluster_use_proxy: 'on',
      proxy_server: server,
    }
    return found(links, anInstallation('dataplane', settings))
  }

  it('is well where the proxy leads to a hub that accepts it, by a name that only the proxy knows', async () => {
    const port = await aProxy({ port: await aHub(own, own) })
    expect(await behind(port)).toEqual([told('ok', 'hub.only-the-proxy-knows:8005', 'reached')])
  })

  it.each([
    ['forbids the tunnel', { status: '403 No' }, /the proxy .* does not allow a tunnel to hub\.only/],
    ['wants another password', { status: '407 Who' }, /does not accept user and password of proxy_server/],
  ])('ends at a proxy that %s', async (_, then, message) => {
    const [finding] = await behind(await aProxy(then))
    expect(finding).toEqual(fault('problem', 'cluster_control_plane', message))
    expect(JSON.stringify(finding)).not.toContain('p@ss')
  })

  it('ends where there is no proxy', async () => {
    expect(await behind(await freePort())).toEqual([
      fault('problem', 'cluster_control_plane', /the proxy 127\.0\.0\.1:\d+: nothing listens there/),
    ])
    expect(await behind(0, 'http://nowhere.invalid:3128')).toEqual([
      fault('problem', 'cluster_control_plane', /the host of the proxy has no address/),
    ])
  })
})

describe('the link of a hub', () => {
  const settings = {
    feed_cert: base64(own.cert),
    feed_cert_key: base64(own.key),
    cluster_cert: base64(other.cert),
    cluster_cert_key: base64(other.key),
  }

  it('is well where a feed accepts it', async () => {
    const address = `127.0.0.1:${await aHub(own, own)}`
    expect(await found(links, anInstallation('sync-hub', { ...settings, cluster_feed: address }))).toEqual([
      told('ok', `cluster_feed ${address}`, 'reached'),
    ])
  })

  it('ends where nodes connect, which is named', async () => {
    const address = `127.0.0.1:${await aHub(other, other)}`
    expect(await found(links, anInstallation('sync-hub', { ...settings, cluster_feed: address }))).toEqual([
      fault('problem', address, 'shows cluster_cert: another link of this cluster listens there'),
    ])
  })
})

it('an admin-api has no link: hubs come to it', async () => {
  expect(await found(links, anInstallation('admin-api'))).toEqual([])
})
