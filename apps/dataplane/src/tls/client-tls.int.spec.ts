import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { connect as connectPlain, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { duplexPair } from 'node:stream'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { ec, rsa } from '@biplane/entities/fixtures/pem'
import type { PluginHandler } from '@biplane/plugins/handlers'
import { generateCertificate } from '@biplane/service'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aGateway, type Gateway } from '../fixtures/a-gateway.ts'
import { cipherChoice } from './cipher-suites.ts'

const run = promisify(execFile)

const [own, one, two] = await Promise.all(
  ['own', 'one', 'two'].map((commonName) =>
    generateCertificate({ commonName, dnsNames: [], days: 1, now: new Date() }),
  ),
)

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'biplane-tls-'))
})

afterAll(() => rm(folder, { recursive: true }))

const TICKET_KEYS = Buffer.alloc(48, 7)

function gateway(options: Parameters<typeof aGateway>[0] = {}): Promise<Gateway> {
  return aGateway({ ...(own === undefined ? {} : { tls: own }), ...options })
}

/** Names are given a certificate each. */
function name(to: Gateway, names: readonly string[], pair: { cert: string; key: string } | undefined) {
  const certificate = to.put('certificates', { ...pair })
  for (const one of names) to.put('snis', { name: one, certificate: { id: certificate.id } })
  return certificate
}

async function meet({ port }: Gateway, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...options })
  await once(socket, 'secureConnect')
  return socket
}

async function shown(to: Gateway, servername?: string, options: ConnectionOptions = {}): Promise<string> {
  const socket = await meet(to, { ...(servername === undefined ? {} : { servername }), ...options })
  const { CN } = socket.getPeerCertificate().subject
  socket.destroy()
  return String(CN)
}

/** What route a request finds, by the answer of a plugin. */
async function ask(socket: TLSSocket): Promise<string> {
  socket.write('GET / HTTP/1.1\r\nHost: any.test\r\n\r\n')
  const [head] = await once(socket, 'data')
  return /^HTTP\/1.1 (\d+)/.exec(String(head))?.[1] ?? ''
}

describe('the certificate that a client is shown', () => {
  it('is that of the server name, else that of the entry *, else that of the node', async () => {
    await using node = await gateway()
    name(node, ['one.test', '*.one.test'], one)
    node.serve()
    const asked = ['one.test', 'a.one.test', 'a.b.one.test', 'ONE.test', undefined]
    const before = await Promise.all(asked.map((each) => shown(node, each)))
    expect(before).toEqual(['one', 'one', 'own', 'one', 'own'])
    name(node, ['*'], two)
    node.serve()
    const after = await Promise.all(asked.map((each) => shown(node, each)))
    expect(after).toEqual(['one', 'one', 'two', 'one', 'two'])
  })

  it('is another one from the next handshake on, and open connections stay', async () => {
    await using node = await gateway()
    const { id } = name(node, ['one.test'], one)
    node.serve()
    const open = await meet(node, { servername: 'one.test' })
    expect(await ask(open)).toBe('404')
    node.put('certificates', { id, ...two })
    node.serve()
    expect(await shown(node, 'one.test')).toBe('two')
    node.remove('snis')
    node.serve()
    expect(await shown(node, 'one.test')).toBe('own')
    expect(await ask(open)).toBe('404')
    open.destroy()
  })

  it('has a key of the type that the client takes', async () => {
    await using node = await gateway()
    const both = node.put('certificates', { ...rsa, cert_alt: ec.cert, key_alt: ec.key })
    node.put('snis', { name: 'both.test', certificate: { id: both.id } })
    node.serve()
    const ciphers = ['ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-GCM-SHA256']
    const options = ciphers.map((each) => ({ ciphers: each, maxVersion: 'TLSv1.2' }) as const)
    expect(await Promise.all(options.map((each) => shown(node, 'both.test', each)))).toEqual([
      'rsa.test',
      'ec.test',
    ])
  })

  it('is that of the node where OpenSSL takes none of the config, and others are not touched', async () => {
    await using node = await gateway()
    const file = (each: string) => join(folder, each)
    const short = ['-newkey', 'rsa:1024', '-keyout', file('short.key'), '-out', file('short.crt')]
    await run('openssl', ['req', '-x509', '-nodes', '-subj', '/CN=short', '-days', '1', ...short])
    const [cert = '', key = ''] = await Promise.all(
      ['short.crt', 'short.key'].map((each) => readFile(file(each), 'utf8')),
    )
    name(node, ['short.test'], { cert, key })
    name(node, ['one.test'], one)
    node.serve()
    expect([await shown(node, 'short.test'), await shown(node, 'one.test')]).toEqual(['own', 'one'])
    expect(await shown(node, 'short.test')).toBe('own')
    const told = node.lines.filter((line) => line.includes('cannot be shown a certificate'))
    expect(told).toHaveLength(1)
  })
})

it.each([
  [true, 'h2'],
  [true, 'http/1.1'],
  [true, 'http/1.0'],
  [false, 'http/1.1'],
  [false, 'http/1.0'],
])('an address with http2 %s speaks with a client that offers %s alone', async (http2, version) => {
  await using node = await gateway({ http2 })
  node.serve()
  const socket = await meet(node, { ALPNProtocols: [version] })
  expect(socket.alpnProtocol).toBe(version)
  socket.destroy()
})

describe('plugins', () => {
  it('hear of a handshake before it begins, and end none', async () => {
    const heard: string[] = []
    const certificate: PluginHandler['certificate'] = async ({ serverName, clientIp }) => {
      heard.push(`${serverName} ${clientIp}`)
      throw new Error('no')
    }
    const plugins = [{ name: 'hears', priority: 1, create: () => ({ certificate }) }]
    await using node = await gateway({ plugins })
    node.plug('hears')
    name(node, ['one.test'], one)
    node.serve()
    expect([await shown(node, 'one.test'), await shown(node)]).toEqual(['one', 'own'])
    expect(heard).toEqual(['one.test 127.0.0.1', 'null 127.0.0.1'])
    expect(node.lines).toEqual(["the plugin 'hears' failed", "the plugin 'hears' failed"])
  })
})

describe.each(['tls1_2', 'tls1_3'])('a session of %s', (version) => {
  /** @returns how the handshake went, and the route that the request found */
  async function visit(to: Gateway, servername: string, ...session: string[]) {
    const at = ['-connect', `127.0.0.1:${to.port}`, '-servername', servername, `-${version}`]
    const client = run('openssl', ['s_client', ...at, '-ign_eof', ...session])
    client.child.stdin?.write('GET / HTTP/1.1\r\nHost: any.test\r\nConnection: close\r\n\r\n')
    const { stdout } = await client
    return `${/^(New|Reused),/m.exec(stdout)?.[1]} ${/^HTTP\/1.1 (\d+)/m.exec(stdout)?.[1]}`
  }

  async function world(ticketKeys: Buffer | null = TICKET_KEYS) {
    const node = await gateway({ tlsSettings: { ticketKeys } })
    const { id } = name(node, ['one.test', 'other.test'], one)
    name(node, ['two.test'], two)
    const service = node.put('services', { name: 'away', host: '127.0.0.1', port: 1 })
    const route = node.put('routes', {
      snis: ['one.test'],
      service: { id: service.id },
      protocols: ['https'],
    })
    node.put('plugins', {
      name: 'request-termination',
      config: { status_code: 418 },
      route: { id: route.id },
    })
    node.serve()
    return { node, id }
  }

  it('is taken up again at any worker, and its server name counts', async () => {
    const [{ node }, { node: replaced }] = await Promise.all([world(), world()])
    await using a = node
    await using b = replaced
    const file = join(folder, `${version}.session`)
    expect(await visit(a, 'one.test', '-sess_out', file)).toBe('New 418')
    expect(await visit(a, 'one.test', '-sess_in', file)).toBe('Reused 418')
    expect(await visit(b, 'one.test', '-sess_in', file)).toBe('Reused 418')
    expect(await visit(b, 'other.test', '-sess_in', file)).toBe('Reused 404')
  })

  it('ends where another certificate is shown', async () => {
    const { node, id } = await world()
    await using a = node
    const file = join(folder, `${version}.session`)
    expect(await visit(a, 'one.test', '-sess_out', file)).toBe('New 418')
    expect(await visit(a, 'two.test', '-sess_in', file)).toBe('New 404')
    node.put('certificates', { id, ...ec })
    node.serve()
    expect(await visit(a, 'one.test', '-sess_in', file)).toBe('New 418')
  })

  it('is not given out without tickets', async () => {
    const { node } = await world(null)
    await using a = node
    const file = join(folder, `${version}.session`)
    await visit(a, 'one.test', '-sess_out', file)
    expect(await visit(a, 'one.test', '-sess_in', file)).toBe('New 418')
  })
})

describe('a handshake', () => {
  it.each<[what: string, begin: (socket: Socket, hello: Buffer) => unknown]>([
    ['of which nothing comes', () => undefined],
    ['that begins and stops', (socket, hello) => socket.write(hello.subarray(0, 50))],
    ['whose hello comes by the byte', drip],
    ['that stops behind its hello', (socket, hello) => socket.write(hello)],
  ])('%s is given up, and counted', async (_what, begin) => {
    await using node = await gateway({ patience: { headMs: 300 } })
    const socket = connectPlain(node.port, '127.0.0.1').on('error', () => undefined)
    begin(socket, await aHello())
    socket.resume()
    await closed(socket)
    await expect.poll(() => node.counters.total('slow head')).toBe(1)
    expect(await shown(node)).toBe('own')
  })

  it.each<[what: string, bytes: Buffer]>([
    ['a request of HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: a.test\r\n\r\n')],
    ['zeros', Buffer.alloc(70_000)],
    [
      'a hello that is longer than any',
      Buffer.concat([Buffer.from('16030140000100ffff0303', 'hex'), Buffer.alloc(70_000)]),
    ],
  ])('that is %s is over at once, and no other', async (_what, bytes) => {
    await using node = await gateway()
    const socket = connectPlain(node.port, '127.0.0.1').on('error', () => undefined)
    socket.write(bytes)
    socket.resume()
    await closed(socket)
    expect(await shown(node)).toBe('own')
  })
})

/** However it ends. */
function closed(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.once('close', resolve))
}

/** What a client of node:tls says first. */
async function aHello(): Promise<Buffer> {
  const [near, far] = duplexPair()
  connect({ socket: near, servername: 'one.test' }).on('error', () => undefined)
  const [hello] = await once(far, 'data')
  near.destroy()
  return hello
}

function drip(socket: Socket, hello: Buffer): void {
  let at = 0
  const dripping = setInterval(() => {
    socket.write(hello.subarray(at, at + 1))
    at += 1
  }, 20)
  socket.on('close', () => clearInterval(dripping))
}

describe('the versions of TLS', () => {
  const settings = {
    ssl_ciphers: null,
    ssl_protocols: { oldest: 'TLSv1.2', newest: 'TLSv1.2' },
    ssl_prefer_server_ciphers: true,
    ssl_dhparam: null,
  } as const

  it.each([
    ['modern', ['TLSv1.3']],
    ['intermediate', ['TLSv1.2', 'TLSv1.3']],
    ['old', ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']],
    ['custom', ['TLSv1.2']],
  ] as const)('of the suite %s are %j', async (suite, spoken) => {
    await using node = await gateway({
      tlsSettings: cipherChoice({ ...settings, ssl_cipher_suite: suite }),
    })
    const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const
    const outcomes = await Promise.allSettled(
      versions.map((each) =>
        shown(node, undefined, { minVersion: each, maxVersion: each, ciphers: 'ALL:@SECLEVEL=0' }),
      ),
    )
    expect(versions.filter((_, i) => outcomes[i]?.status === 'fulfilled')).toEqual(spoken)
  })
})
