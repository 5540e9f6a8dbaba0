import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import type { JsonObject } from '@biplane/entities'
import { type CertificatePair, generateCertificate } from '@biplane/service'
import { beforeAll, describe, expect, it } from 'vitest'
import { aStreamGateway } from '../fixtures/a-stream-gateway.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'
import { aServer, echoAs, heardUntilClosed } from './fixtures/a-server.ts'

const open = closedAfterEach()

const made = (commonName: string, issuer?: CertificatePair, authority = false) =>
  generateCertificate({ commonName, authority, dnsNames: [commonName], days: 1, now: new Date() }, issuer)
let root: CertificatePair
/** What the node shows, what an upstream shows, what the node shows that, and what an upstream shows that cheats. */
let [node, upstream, shown, stranger]: CertificatePair[] = []
beforeAll(async () => {
  root = await made('root', undefined, true)
  ;[node, upstream, shown, stranger] = await Promise.all(
    ['node.test', 'upstream.test', 'shown', 'stranger'].map((name) => made(name, root)),
  )
})

async function gateway(routes: (port: number) => readonly JsonObject[], service: JsonObject, patience = {}) {
  const one = await aStreamGateway({ address: { isTls: true }, patience, ...(node && { pair: node }) })
  open.push(one)
  const authority = one.put('ca_certificates', { cert: root.cert })
  const pair = shown && one.put('certificates', { cert: shown.cert, key: shown.key })
  const service_ = one.put('services', {
    ...{ protocol: 'tcp', host: '127.0.0.1', ...service },
    ...(service.tls_verify === true && { ca_certificates: [authority.id] }),
    ...(service.protocol === 'tls' && pair && { client_certificate: { id: pair.id } }),
  })
  for (const route of routes(one.port)) one.put('routes', { ...route, service: { id: service_.id } })
  one.serve()
  return one
}

function client(port: number, options: ConnectionOptions & { allowHalfOpen?: boolean } = {}): TLSSocket {
  const trust = { ca: root.cert, checkServerIdentity: () => undefined }
  const socket = connectTls({ port, host: '127.0.0.1', servername: 'a.test', ...trust, ...options })
  open.push({
    async [Symbol.asyncDispose]() {
      socket.destroy()
    },
  })
  return socket
}

const said = (socket: Socket, text: string): Promise<string> => {
  socket.end(text)
  return heardUntilClosed(socket)
}
const nameShown = (socket: TLSSocket) => socket.getPeerCertificate().subject?.CN

describe('a stream at an address of TLS', () => {
  it('ends there when its route lists tls', async () => {
    const { port } = await aServer(open, echoAs('plain'))
    const one = await gateway(() => [{ protocols: ['tls'], snis: ['a.test'] }], { port })
    const socket = client(one.port)
    await once(socket, 'secureConnect')
    expect(nameShown(socket)).toBe('node.test')
    expect(await said(socket, 'hello')).toBe('plain:hello')
    await expect.poll(() => one.over.length).toBe(1)
    expect(one.over[0]?.record).toMatchObject({
      status: 200,
      received: 5,
      sent: 11,
      tls: { version: 'TLSv1.3' },
    })
  })

  it('goes on as it is when its route lists tls_passthrough', async () => {
    const { port } = await aServer(open, echoAs('secret'), upstream)
    const routes = () => [{ protocols: ['tls_passthrough'], snis: ['a.test'] }]
    // A service of TLS gets no second one around it.
    for (const protocol of ['tcp', 'tls']) {
      const one = await gateway(routes, { port, protocol })
      const socket = client(one.port)
      await once(socket, 'secureConnect')
      expect(nameShown(socket)).toBe('upstream.test')
      expect(await said(socket, 'hello')).toBe('secret:hello')
    }
  })

  it('is closed without a route for its name', async () => {
    const { port, sockets } = await aServer(open, echoAs('plain'))
    const one = await gateway(() => [{ protocols: ['tls'], snis: ['a.test'] }], { port })
    expect(await heardUntilClosed(client(one.port, { servername: 'b.test' }))).toBe('')
    expect(await heardUntilClosed(client(one.port, { servername: '' }))).toBe('')
    expect([sockets.length, one.over.map(({ record }) => record.status)]).toEqual([0, [500, 500]])
  })

  it('is told apart from one of another protocol, which is closed', async () => {
    const { port, sockets } = await aServer(open, echoAs('plain'))
    const one = await gateway((at) => [{ protocols: ['tcp'], destinations: [{ port: at }] }], { port })
    expect(await heardUntilClosed(client(one.port))).toBe('')
    expect(sockets.length).toBe(0)
  })

  it('is closed when it is no TLS, cut into whatever pieces', async () => {
    const { port, sockets } = await aServer(open, echoAs('plain'))
    const one = await gateway((at) => [{ protocols: ['tls'], destinations: [{ port: at }] }], { port })
    const broken = Buffer.from([22, 3, 1, 0, 6, 1, 0, 0, 2, 3, 3])
    for (const text of ['GET / HTTP/1.1\r\n\r\n', broken, Buffer.alloc(20_000, 22)]) {
      const socket = connect({ port: one.port, host: '127.0.0.1' })
      const closed = heardUntilClosed(socket)
      for (const byte of text.slice(0, 20))
        socket.write(typeof byte === 'number' ? Buffer.from([byte]) : byte)
      socket.write(text.slice(20))
      await closed
    }
    expect(sockets.length).toBe(0)
  })

  it('is closed when its client says nothing, or stops in the middle', async () => {
    const { port } = await aServer(open, echoAs('plain'))
    const one = await gateway(
      (at) => [{ protocols: ['tls'], destinations: [{ port: at }] }],
      { port },
      { headMs: 300 },
    )
    for (const bytes of [[], [22, 3, 1, 1, 0, 1, 0, 0, 252]]) {
      const socket = connect({ port: one.port, host: '127.0.0.1' })
      socket.write(Buffer.from(bytes))
      expect(await heardUntilClosed(socket)).toBe('')
    }
    expect(one.handshakesLate).toBe(2)
  })

  it('takes a ClientHello in small pieces, and behind the head of the PROXY protocol', async () => {
    const { port } = await aServer(open, echoAs('plain'))
    const one = await aStreamGateway({
      address: { isTls: true, proxyProtocol: true },
      ...(node && { pair: node }),
    })
    open.push(one)
    const { id } = one.put('services', { protocol: 'tcp', host: '127.0.0.1', port })
    one.put('routes', { protocols: ['tls'], snis: ['a.test'], service: { id } })
    one.serve()
    const head = 'PROXY TCP4 198.51.100.7 192.0.2.1 4711 25\r\n'
    const at = await aServer(open, (socket) => {
      const onwards = connect({ port: one.port, host: '127.0.0.1', noDelay: true })
      // All that comes first is one piece with the head, or each byte of it is one.
      socket.once('data', (chunk: Buffer) => {
        const all = Buffer.concat([Buffer.from(head), chunk])
        if (at.sockets.length === 1) onwards.write(all)
        else for (const byte of all) onwards.write(Buffer.from([byte]))
        socket.pipe(onwards)
      })
      onwards.on('error', () => socket.destroy()).pipe(socket)
    })
    for (let i = 0; i < 2; i += 1) {
      const socket = client(at.port)
      await once(socket, 'secureConnect')
      expect(await said(socket, 'hello')).toBe('plain:hello')
    }
  })

  it('keeps its halves: what its client says after its upstream had no more to say arrives', async () => {
    let heard = ''
    const { port } = await aServer(open, (socket) => {
      socket.end('that is all')
      socket.on('data', (chunk) => {
        heard += chunk
      })
    })
    const one = await gateway(() => [{ protocols: ['tls'], snis: ['a.test'] }], { port })
    const socket = client(one.port, { allowHalfOpen: true })
    socket.resume()
    await once(socket, 'end')
    socket.end('and this is mine')
    await expect.poll(() => heard).toBe('and this is mine')
  })
})

describe('TLS to an upstream', () => {
  const tls = (fields: JsonObject) => ({ protocol: 'tls', retries: 0, ...fields })
  const routes =
    (extra: JsonObject = {}) =>
    () => [{ protocols: ['tls'], snis: ['upstream.test'], ...extra }]
  const asking = { requestCert: true, rejectUnauthorized: false }
  /** Says what it was asked for, and who asked. */
  const tellName = (socket: Socket): void => {
    const { servername } = socket as TLSSocket & { readonly servername?: string | false } // a server of TLS has no others
    const asker = (socket as TLSSocket).getPeerCertificate().subject?.CN
    socket.end(`${servername || 'no name'} by ${asker ?? 'nobody'}`)
  }

  it('shows the certificate of the service, and asks for the name of the target or, if it is kept, of the client', async () => {
    const { port } = await aServer(open, tellName, { ...upstream, ...asking, ca: root.cert })
    const [one, keeping, named] = await Promise.all([
      gateway(routes(), tls({ port })),
      gateway(routes({ preserve_host: true }), tls({ port })),
      gateway(routes(), tls({ port, host: 'localhost' })),
    ])
    const heard = (at: { readonly port: number }) =>
      heardUntilClosed(client(at.port, { servername: 'upstream.test' }))
    expect([await heard(one), await heard(keeping), await heard(named)]).toEqual([
      'no name by shown',
      'upstream.test by shown',
      'localhost by shown',
    ])
  })

  it.each<[string, string | undefined, boolean, string]>([
    ['is verified where that is asked for', 'upstream', true, 'upstream.test'],
    ['is refused with a name that is another one', 'stranger', true, ''],
    ['is not verified where that is not asked for', 'stranger', false, 'upstream.test'],
  ])('%s', async (_what, who, tls_verify, heard) => {
    const pair = who === 'upstream' ? upstream : stranger
    const { port } = await aServer(open, tellName, { ...pair })
    const one = await gateway(routes({ preserve_host: true }), tls({ port, tls_verify }))
    const text = await heardUntilClosed(client(one.port, { servername: 'upstream.test' }))
    expect(text.split(' ')[0]).toBe(heard)
  })

  it('that does not come about is given up after the connect timeout', async () => {
    const { port } = await aServer(open, (socket) => socket.resume())
    const one = await gateway(routes(), tls({ port, connect_timeout: 300 }))
    expect(await heardUntilClosed(client(one.port, { servername: 'upstream.test' }))).toBe('')
    await expect.poll(() => one.over.length).toBe(1)
    expect(one.over[0]?.record.status).toBe(502)
  })
})
