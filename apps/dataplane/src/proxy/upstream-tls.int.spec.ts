import https from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Entity, JsonObject } from '@biplane/entities'
import { type CertificatePair, generateCertificate } from '@biplane/service'
import { beforeAll, describe, expect, it } from 'vitest'
import { aGateway } from '../fixtures/a-gateway.ts'
import { closedAfterEach } from '../fixtures/closed-after-each.ts'

const open = closedAfterEach()

const wish = { dnsNames: ['localhost'], days: 1, now: new Date() }
const made = (commonName: string, issuer?: CertificatePair, authority = false) =>
  generateCertificate({ ...wish, commonName, authority }, issuer)

/** An authority, what those below it issued for upstreams, and what clients show. */
async function certificates() {
  const root = await made('root', undefined, true)
  const middle = await made('middle', root, true)
  const below = await made('below', middle, true)
  return {
    root,
    server: await made('server', middle),
    /** Two stand between it and the root; one where `middle` is a root of its own, as which it is known too. */
    deep: await made('server', below),
    middleAsRoot: await generateCertificate({
      ...wish,
      commonName: 'middle',
      authority: true,
      key: middle.key,
    }),
    one: await made('one', root),
    other: await made('other', root),
    stranger: await made('stranger', undefined, true),
  }
}
let all: Awaited<ReturnType<typeof certificates>>
beforeAll(async () => {
  all = await certificates()
})

/** An upstream that answers with the name of who asks; the gateway to it knows it as `pool.invalid`. */
async function world(
  upstream: (ids: Ids) => JsonObject = () => ({}),
  client_pair?: CertificatePair,
  shown = all.server,
) {
  const { cert, key } = shown
  const asking = { requestCert: true, rejectUnauthorized: false, ca: all.root.cert }
  const server = https.createServer({ cert, key, ...asking }, ({ socket }, response) => {
    // A server for TLS has no other sockets.
    response.end((socket as TLSSocket).getPeerCertificate().subject?.CN ?? 'nobody')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const gateway = await aGateway({ http: client_pair === undefined ? {} : { client_pair } })
  open.push(gateway, {
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
  // A server for TCP has a port.
  const { port } = server.address() as AddressInfo
  const ids: Ids = {
    one: gateway.put('certificates', { ...all.one }).id,
    other: gateway.put('certificates', { ...all.other }).id,
    root: gateway.put('ca_certificates', { cert: all.root.cert }).id,
    middle: gateway.put('ca_certificates', { cert: all.middleAsRoot.cert }).id,
    stranger: gateway.put('ca_certificates', { cert: all.stranger.cert }).id,
  }
  const pool = gateway.put('upstreams', { name: 'pool.invalid', ...upstream(ids) })
  gateway.put('targets', { upstream: { id: pool.id }, target: `localhost:${port}` })
  const service = (path: string, fields: JsonObject): Entity => {
    const made = { protocol: 'https', host: 'pool.invalid', retries: 0, ...fields }
    const entity = gateway.put('services', made)
    gateway.put('routes', { paths: [path], service: { id: entity.id } })
    return entity
  }
  const ask = async (path: string): Promise<string> => {
    const response = await fetch(`${gateway.url}${path}`)
    const text = await response.text()
    return response.status === 200 ? text : String(response.status)
  }
  return { gateway, ids, service, ask }
}

type Ids = Readonly<Record<'one' | 'other' | 'root' | 'middle' | 'stranger', string>>

describe('an upstream over TLS', () => {
  it.each<[string, (ids: Ids) => JsonObject, string]>([
    ['is shown nothing and not verified', () => ({}), 'nobody'],
    ['is shown the certificate of the service', ({ one }) => ({ client_certificate: { id: one } }), 'one'],
    ['is not verified by what is not known', () => ({ tls_verify: true }), '502'],
    [
      'is verified by the authorities of the service',
      ({ root }) => ({ tls_verify: true, ca_certificates: [root] }),
      'nobody',
    ],
    [
      'is not verified by other ones',
      ({ stranger }) => ({ tls_verify: true, ca_certificates: [stranger] }),
      '502',
    ],
    [
      'is verified by any of them',
      ({ stranger, root }) => ({ tls_verify: true, ca_certificates: [stranger, root] }),
      'nobody',
    ],
    [
      'may stand as far below one',
      ({ root }) => ({ tls_verify: true, ca_certificates: [root], tls_verify_depth: 1 }),
      'nobody',
    ],
    [
      'may not stand further below',
      ({ root }) => ({ tls_verify: true, ca_certificates: [root], tls_verify_depth: 0 }),
      '502',
    ],
    ['may stand anywhere if it is not verified', () => ({ tls_verify_depth: 0 }), 'nobody'],
  ])('%s', async (_what, fieldsOf, answer) => {
    const { gateway, ids, service, ask } = await world()
    service('/', fieldsOf(ids))
    gateway.serve()
    expect(await ask('/')).toBe(answer)
  })

  it.each<[string, (ids: Ids) => JsonObject, string]>([
    ['two below a root by default', ({ root }) => ({ ca_certificates: [root] }), '502'],
    ['two below a root', ({ root }) => ({ ca_certificates: [root], tls_verify_depth: 1 }), '502'],
    [
      'two below a root where that is allowed',
      ({ root }) => ({ ca_certificates: [root], tls_verify_depth: 2 }),
      'nobody',
    ],
    [
      'one below a root that an older one vouches for',
      ({ middle, root }) => ({ ca_certificates: [root, middle] }),
      'nobody',
    ],
    [
      'one below such a root where none is allowed',
      ({ middle, root }) => ({ ca_certificates: [root, middle], tls_verify_depth: 0 }),
      '502',
    ],
  ])('that stands %s is answered so', async (_what, fieldsOf, answer) => {
    const { gateway, ids, service, ask } = await world(undefined, undefined, all.deep)
    service('/', { tls_verify: true, ...fieldsOf(ids) })
    gateway.serve()
    expect(await ask('/')).toBe(answer)
  })

  it('is not asked over connections or by sessions of a service that allows a deeper one', async () => {
    const { gateway, ids, service, ask } = await world()
    const strict = { tls_verify: true, ca_certificates: [ids.root] }
    service('/usual', strict)
    service('/none', { ...strict, tls_verify_depth: 0 })
    gateway.serve()
    const answers = []
    for (const path of ['/usual', '/none', '/usual', '/none']) answers.push(await ask(path))
    expect(answers).toEqual(['nobody', '502', 'nobody', '502'])
  })

  it('is shown the certificate of its entity, unless the service has one', async () => {
    const { gateway, ids, service, ask } = await world(({ one }) => ({ client_certificate: { id: one } }))
    service('/entity', {})
    service('/service', { client_certificate: { id: ids.other } })
    gateway.serve()
    expect([await ask('/entity'), await ask('/service')]).toEqual(['one', 'other'])
  })

  it('is shown that of the node where the config names none', async () => {
    const { gateway, ids, service, ask } = await world(undefined, all.other)
    service('/node', {})
    service('/service', { client_certificate: { id: ids.one } })
    gateway.serve()
    expect([await ask('/node'), await ask('/service')]).toEqual(['other', 'one'])
  })

  it('is not asked over connections that another service has made otherwise', async () => {
    const { gateway, ids, service, ask } = await world()
    service('/any', {})
    service('/shown', { client_certificate: { id: ids.one } })
    service('/strict', { tls_verify: true, ca_certificates: [ids.stranger] })
    service('/gone', { tls_verify: true, ca_certificates: [ids.root] })
    gateway.serve()
    expect([await ask('/any'), await ask('/shown'), await ask('/strict')]).toEqual(['nobody', 'one', '502'])
    expect([await ask('/any'), await ask('/gone')]).toEqual(['nobody', 'nobody'])
    gateway.remove('ca_certificates')
    gateway.put('certificates', { ...all.other, id: ids.one })
    gateway.serve()
    expect([await ask('/shown'), await ask('/gone')]).toEqual(['other', '502'])
  })
})
