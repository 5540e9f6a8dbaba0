import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import type { JsonObject } from '@biplane/entities'
import { generateCertificate } from '@biplane/service'
import { expect, it } from 'vitest'
import { aGateway, type Gateway } from '../fixtures/a-gateway.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'

const open = closedAfterEach()
const run = promisify(execFile)
const wish = { days: 1, now: new Date() }
const root = await generateCertificate({ ...wish, commonName: 'root', dnsNames: [], authority: true })
const server = await generateCertificate(
  { ...wish, commonName: 'server', dnsNames: ['localhost', 'api.test'] },
  root,
)

/** An upstream that answers with the server name that it was asked for, or with `none`. */
async function world() {
  const asked = https.createServer(server, ({ socket }, response) => {
    // A server for TLS has no other sockets, and Node.js tells the name of them.
    const { servername } = socket as TLSSocket & { readonly servername?: string | false }
    response.end(servername || 'none')
  })
  await new Promise<void>((resolve) => asked.listen(0, '127.0.0.1', resolve))
  const gateway = await aGateway()
  open.push(gateway, {
    async [Symbol.asyncDispose]() {
      asked.closeAllConnections()
      await new Promise((resolve) => asked.close(resolve))
    },
  })
  // A server for TCP has a port.
  const { port } = asked.address() as AddressInfo
  const { id } = gateway.put('ca_certificates', { cert: root.cert })
  const serve = (service: JsonObject, route: JsonObject) => {
    const verified = { tls_verify: true, ca_certificates: [id] }
    const made = { protocol: 'https', host: 'localhost', port, retries: 0, ...verified, ...service }
    const entity = gateway.put('services', made)
    gateway.put('routes', { paths: ['/'], service: { id: entity.id }, ...route })
    gateway.serve()
  }
  return { gateway, serve }
}

async function ask({ port }: Gateway, host = 'api.test:8443'): Promise<string> {
  const response = await new Promise<http.IncomingMessage>((resolve) => {
    http.get({ port, host: '127.0.0.1', headers: { host }, agent: false }, resolve)
  })
  const body = await text(response)
  return response.statusCode === 200 ? body : String(response.statusCode)
}

it.each([
  ['its own name', {}, {}, 'api.test', 'localhost'],
  [
    'the name that the client asked for, with preserve_host',
    {},
    { preserve_host: true },
    'api.test:8443',
    'api.test',
  ],
  ['a name that its certificate has not', {}, { preserve_host: true }, 'other.test', '502'],
  ['no name for an address, which its certificate has not', { host: '127.0.0.1' }, {}, 'api.test', '502'],
  ['no name for an address', { host: '127.0.0.1', tls_verify: false }, {}, 'api.test', 'none'],
])('an upstream over TLS is asked for %s', async (_, service, route, host, answer) => {
  const { gateway, serve } = await world()
  serve(service, route)
  expect(await ask(gateway, host)).toBe(answer)
})

it('a certificate for upstreams that OpenSSL refuses is not shown, and the log tells of it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'biplane-tls-'))
  const files = ['short.key', 'short.crt'].map((file) => join(folder, file))
  const [keyFile = '', certFile = ''] = files
  const short = ['-newkey', 'rsa:1024', '-keyout', keyFile, '-out', certFile]
  await run('openssl', ['req', '-x509', '-nodes', '-subj', '/CN=short', '-days', '1', ...short])
  const [key = '', cert = ''] = await Promise.all(files.map((file) => readFile(file, 'utf8')))
  await rm(folder, { recursive: true })
  const { gateway, serve } = await world()
  const { id } = gateway.put('certificates', { cert, key })
  serve({ client_certificate: { id } }, { hosts: ['short.test'] })
  serve({}, { hosts: ['api.test'] })
  expect([await ask(gateway, 'short.test'), await ask(gateway, 'api.test')]).toEqual([
    'localhost',
    'localhost',
  ])
  expect(gateway.lines).toEqual(['upstreams cannot be shown a certificate'])
})
