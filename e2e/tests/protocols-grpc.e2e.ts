import { credentials, Metadata, status } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../eventually.ts'
import { makePair } from '../protocols/certificates.ts'
import { type Gateway, startGateway } from '../protocols/gateway.ts'
import { type GrpcClient, grpcClient } from '../protocols/grpc.ts'
import { lead, routeAll, showCertificate } from '../protocols/routes.ts'

describe('grpc-js, which others wrote', () => {
  let gateway: Gateway
  const clients = new Map<string, GrpcClient>()
  beforeAll(async () => {
    gateway = await startGateway()
    const [{ proxy, proxyTls }] = gateway.nodes
    await lead(gateway, gateway.old)
    await routeAll(gateway)
    const pair = await makePair(gateway.folder, 'grpc.test')
    await showCertificate(gateway, '5f8b8f7e-3c2a-4f57-9d0c-0c8d0a3b1e01', pair, ['grpc.test'])
    const trusting = credentials.createSsl(Buffer.from(pair.cert))
    clients.set('without TLS', grpcClient(new URL(proxy).host, credentials.createInsecure()))
    clients.set('by TLS', grpcClient(new URL(proxyTls).host, trusting, 'grpc.test'))
    for (const name of clients.keys())
      await eventually(async () =>
        expect((await client(name).unary('Once', 'ready')).answer).toBe('old:ready'),
      )
  })
  afterAll(async () => {
    for (const each of clients.values()) each.close()
    await gateway?.close()
  })

  function client(name: string): GrpcClient {
    const found = clients.get(name)
    if (found === undefined) throw new Error(`no client ${name}`)
    return found
  }

  describe.each(['without TLS', 'by TLS'])('%s', (name) => {
    it('makes a call with one message each way, and headers and trailers of its own', async () => {
      const metadata = new Metadata()
      metadata.set('x-sent', 'seen')
      metadata.set('x-sent-bin', Buffer.from([0, 255, 10]))
      const { answer, headers, trailers } = await client(name).unary('Once', 'hello', { metadata })
      expect(answer).toBe('old:hello')
      expect(headers.get('x-seen')).toEqual(['seen'])
      expect(headers.get('x-seen-bin')).toEqual([Buffer.from([0, 255, 10])])
      expect(trailers.get('x-trailer')).toEqual(['old'])
    })

    it('sends a stream, is sent one, and talks both ways', async () => {
      const big = 'x'.repeat(300_000)
      expect(await client(name).gather(['a', 'b', big])).toBe(`old:a+b+${big}`)
      const { answers, trailer } = await client(name).spread(500)
      expect(answers).toEqual(Array.from({ length: 500 }, (_, n) => `old:${n + 1}`))
      expect(trailer).toEqual(['old'])
      const call = client(name).converse()
      for (const text of ['one', 'two', 'three']) {
        // Each is answered before the next one is said: nothing waits for the end of anything.
        const next = new Promise((done) => call.once('data', done))
        call.write(text)
        expect(await next).toBe(`old:${text}`)
      }
      const ended = new Promise((done) => call.once('status', done))
      call.end()
      expect(await ended).toMatchObject({ code: status.OK })
    })

    it('is told what a call failed with, by the server and by its deadline', async () => {
      const refused = await client(name)
        .unary('Refuse', 'x')
        .catch((error: unknown) => error)
      expect(refused).toMatchObject({ code: status.INVALID_ARGUMENT, details: 'not this one: ü' })
      const late = await client(name)
        .unary('Hang', 'x', { deadlineMs: 300 })
        .catch((error: unknown) => error)
      expect(late).toMatchObject({ code: status.DEADLINE_EXCEEDED })
    })

    it('takes a call back, which ends it at the server too', async () => {
      const { hanging } = gateway.old.grpc
      const call = client(name).hang(name)
      const ended = new Promise((done) => call.once('status', done))
      await eventually(() => expect(hanging).toContain(name))
      call.cancel()
      expect(await ended).toMatchObject({ code: status.CANCELLED })
      // That of the deadline ended there as well.
      await eventually(() => expect([...hanging]).toEqual([]))
    })
  })

  it('reaches a server of TLS, through the node', async () => {
    await gateway.stack.admin.put('/routes/grpcs', {
      service: { name: 'grpcs' },
      protocols: ['grpc', 'grpcs'],
      paths: ['/biplane.test.Echo/'],
      headers: { 'x-way': ['tls'] },
    })
    await gateway.stack.admin.put('/services/grpc', { host: '127.0.0.1', port: 1, protocol: 'grpc' })
    const metadata = new Metadata()
    metadata.set('x-way', 'tls')
    await eventually(async () =>
      expect((await client('by TLS').unary('Once', 'hello', { metadata })).answer).toBe('old:hello'),
    )
    // And where there is nothing, it is told so in its own words.
    await eventually(async () => {
      const failed = await client('by TLS')
        .unary('Once', 'x')
        .catch((error: unknown) => error)
      expect(failed).toMatchObject({ code: status.INTERNAL })
    })
  })
})
