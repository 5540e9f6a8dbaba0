import { X509Certificate } from 'node:crypto'
import { connect, type TLSSocket } from 'node:tls'
import { Client, credentials } from '@grpc/grpc-js'
import { describe, expect, it, vi } from 'vitest'
import { anUpsert, MemorySource } from '../fixtures.ts'
import { SyncService } from '../gen/biplane/sync/v1/sync.ts'
import { NOWHERE } from '../position.ts'
import type { RosterReport } from '../status.ts'
import { encodeUp } from './envelope.ts'
import { anIdentity, anIntroduction, brisk, Follower, type Identity, silent, useCluster } from './fixtures.ts'
import { type FollowerStream, type Pair, ProtocolError } from './index.ts'
import { CLUSTER_NAME } from './trust.ts'

const cluster = useCluster()

/** Connects with TLS and says nothing more. */
function dial(port: number, pair: Partial<Pair>): TLSSocket {
  const name = { servername: CLUSTER_NAME, rejectUnauthorized: false }
  const socket = connect({ host: '127.0.0.1', port, ALPNProtocols: ['h2'], ...name, ...pair })
  socket.on('error', () => socket.destroy())
  socket.resume()
  return socket
}

const closed = (socket: TLSSocket) => new Promise<void>((resolve) => socket.once('close', () => resolve()))

/** Opens the gRPC call and says whatever bytes it is given; resolves with the status code. */
function call(port: number, { pair }: Identity, ...messages: readonly Buffer[]): Promise<number> {
  const own = Buffer.from(pair.cert)
  const options = { 'grpc.ssl_target_name_override': CLUSTER_NAME, 'grpc.use_local_subchannel_pool': 1 }
  const client = new Client(
    `127.0.0.1:${port}`,
    credentials.createSsl(own, Buffer.from(pair.key), own),
    options,
  )
  const asIs = (bytes: Buffer) => bytes
  const stream = client.makeBidiStreamRequest(SyncService.follow.path, asIs, asIs)
  for (const message of messages) stream.write(message)
  stream.resume()
  stream.on('error', () => undefined)
  return new Promise((resolve) =>
    stream.once('status', ({ code }) => {
      client.close()
      resolve(code)
    }),
  )
}

const hello = encodeUp({ kind: 'hello', hello: { ...anIntroduction('n'), session: 1, position: NOWHERE } })
const answer = encodeUp({ kind: 'answer', answer: { kind: 'applied', position: NOWHERE, tookMs: 1 } })
const report = encodeUp({ kind: 'report', report: { complete: true, nodes: [] } })
const heartbeats = Array.from({ length: 101 }, () => encodeUp({ kind: 'heartbeat', position: NOWHERE }))
const wait = (stream: FollowerStream) =>
  new Promise<void>((resolve) => stream.signal.addEventListener('abort', () => resolve()))

const reason = { kind: 'source_empty', message: 'nothing yet' } as const

const OK = 0
const INVALID_ARGUMENT = 3
const INTERNAL = 13

describe('serveFollowers', () => {
  it.each<[string, (stranger: Identity) => Partial<Pair>]>([
    ['another certificate', ({ pair }) => pair],
    ['no certificate', () => ({})],
  ])('cuts a connection with %s without a word and serves the others', async (_what, pairOf) => {
    const source = new MemorySource()
    source.write(anUpsert('a'))
    const port = await cluster().serveSource(source)
    const socket = dial(port, pairOf(await anIdentity()))
    let heard = 0
    socket.on('data', () => (heard += 1))
    await closed(socket)
    expect(heard).toBe(0)
    const follower = new Follower()
    cluster().follow(follower, [port])
    await follower.until(() => follower.position.revision === 1)
  })

  it('tells of a stranger once in a while, however often it comes', async () => {
    const told: string[] = []
    const log = { ...silent, error: (_fields: object, message: string) => told.push(message) }
    const { address } = await cluster().serve({ session: wait, log })
    const { pair } = await anIdentity()
    for (let attempt = 0; attempt < 5; attempt++) await closed(dial(address.port, pair))
    expect(told).toEqual(['refused a connection'])
  })

  it('presents and accepts other certificates as soon as it is told to', async () => {
    const next = await anIdentity()
    let { pair, digest } = cluster().identity
    const tls = {
      credentials: () => pair,
      trust: () => ({ kind: 'shared' as const, digests: new Set([digest]) }),
    }
    const source = new MemorySource()
    source.write(anUpsert('a'))
    const port = await cluster().serveSource(source, { tls })
    pair = next.pair
    digest = next.digest
    await closed(dial(port, cluster().identity.pair))
    const follower = new Follower()
    cluster().follow(follower, [port], { tls: { credentials: () => next.pair } })
    await follower.until(() => follower.position.revision === 1)
  })

  it('tells a session who it is that follows', async () => {
    const met = Promise.withResolvers<FollowerStream>()
    const { address } = await cluster().serve({
      session: (stream) => {
        met.resolve(stream)
        return wait(stream)
      },
    })
    cluster().follow(new Follower('node-7'), [address.port], { now: () => 1234 })
    const { hello: theirs, peer } = await met.promise
    expect(theirs).toEqual({ ...anIntroduction('node-7'), session: 1234, position: NOWHERE })
    const { digest, pair } = cluster().identity
    const certificateExpiresAt = Date.parse(new X509Certificate(pair.cert).validTo)
    expect(peer).toEqual({ address: '127.0.0.1', certificateDigest: digest, certificateExpiresAt })
  })

  it('closes a connection on which nobody says anything', async () => {
    const { address } = await cluster().serve({ session: wait, timing: { greeting: 200 } })
    await closed(dial(address.port, cluster().identity.pair))
  })

  it('closes a connection that does not speak HTTP/2', async () => {
    const { address } = await cluster().serve({ session: wait })
    const socket = dial(address.port, cluster().identity.pair)
    socket.write('GET / HTTP/1.1\r\n\r\n'.repeat(10))
    await closed(socket)
  })

  it.each<[string, readonly Buffer[]]>([
    ['says nothing', []],
    ['begins with something else', [answer]],
    ['begins with rubbish', [Buffer.from('rubbish')]],
    ['says Hello twice', [hello, hello]],
    ['answers what was not sent', [hello, answer]],
    ['reports though it is no relay', [hello, report]],
    ['goes on with rubbish', [hello, Buffer.from('rubbish')]],
    ['chatters', [hello, ...heartbeats]],
  ])('ends a call that %s, and no other', async (_what, messages) => {
    const sessions: string[] = []
    const other = Promise.withResolvers<FollowerStream>()
    const { address } = await cluster().serve({
      timing: { greeting: 200 },
      now: () => 0,
      session: (stream) => {
        sessions.push(stream.hello.nodeId)
        if (stream.hello.nodeId === 'other') other.resolve(stream)
        return wait(stream)
      },
    })
    cluster().follow(new Follower('other'), [address.port])
    const { signal } = await other.promise
    expect(await call(address.port, cluster().identity, ...messages)).toBe(INVALID_ARGUMENT)
    expect(signal.aborted).toBe(false)
    expect(sessions.includes('n')).toBe(messages[0] === hello)
  })

  it.each<[string, () => void, number]>([
    ['returns', () => undefined, OK],
    [
      'breaks with the follower',
      () => {
        throw new ProtocolError('enough')
      },
      INVALID_ARGUMENT,
    ],
    [
      'fails',
      () => {
        throw new Error('a fault')
      },
      INTERNAL,
    ],
  ])('ends the call when a session %s, even while something is being written', async (_what, end, code) => {
    const { address } = await cluster().serve({
      session: async (stream) => {
        stream.send({ kind: 'withheld', to: NOWHERE, reason }).catch(() => undefined) // ended on purpose
        end()
      },
    })
    expect(await call(address.port, cluster().identity, hello)).toBe(code)
  })

  it('ends only the session that fails', async () => {
    const source = new MemorySource()
    source.write(anUpsert('a'))
    const port = await cluster().serveSource(source)
    const { address } = await cluster().serve({ session: () => Promise.reject(new Error('a fault')) })
    const follower = new Follower()
    cluster().follow(follower, [address.port, port])
    await follower.until(() => follower.position.revision === 1)
  })

  it('hands on the rosters of a relay, in order', async () => {
    const got = Promise.withResolvers<RosterReport[]>()
    const { address } = await cluster().serve({
      session: async (stream) => {
        const reports: RosterReport[] = []
        for await (const one of stream.reports()) if (reports.push(one) === 3) got.resolve(reports)
      },
    })
    const roster = (complete: boolean): RosterReport => ({ complete, nodes: [] })
    cluster().follow(new Follower(), [address.port], {
      hello: () => ({ ...anIntroduction('hub'), relay: true }),
      onLink: (link) => {
        void link?.report(roster(true))
        void link?.report(roster(false))
        void link?.report(roster(true))
      },
    })
    expect((await got.promise).map(({ complete }) => complete)).toEqual([true, false, true])
  })

  it('hears its followers', async () => {
    let now = 1000
    const met = Promise.withResolvers<FollowerStream>()
    const { address } = await cluster().serve({
      now: () => now,
      session: (stream) => {
        met.resolve(stream)
        return wait(stream)
      },
    })
    cluster().follow(new Follower(), [address.port], { timing: brisk })
    const stream = await met.promise
    now = 2000
    await new Promise<void>((resolve) => {
      const poll = setInterval(() => {
        if (stream.lastHeard() !== 2000) return
        clearInterval(poll)
        resolve()
      }, 5)
    })
  })
})

describe('what a node tells of health', () => {
  const told = (id: string) => ({
    upstreams: [{ id, usable: false, weight: 1, availableWeight: 0, targets: [] }],
    incomplete: false,
  })

  it('is heard by who listens, the last of what was told before at once', async () => {
    const opened = Promise.withResolvers<FollowerStream>()
    const { address } = await cluster().serve({
      session: async (stream) => {
        opened.resolve(stream)
        await wait(stream)
      },
    })
    const follower = new Follower()
    cluster().follow(follower, [address.port])
    const stream = await opened.promise
    await follower.until(() => follower.links.length > 0)
    const link = follower.links[0]
    const before = stream.lastHeard()
    await link?.tell(told('a'))
    await link?.tell(told('b'))
    await vi.waitFor(() => expect(stream.lastHeard()).toBeGreaterThan(before))
    const heard: string[] = []
    stream.onHealth(({ upstreams }) => heard.push(...upstreams.map(({ id }) => id)))
    await vi.waitFor(() => expect(heard.at(-1)).toBe('b'))
    await link?.tell(told('c'))
    await vi.waitFor(() => expect(heard.at(-1)).toBe('c'))
  })

  it('is not heard from a hub', async () => {
    const { address } = await cluster().serve({ session: wait })
    const relay = { ...anIntroduction('n'), relay: true, session: 1, position: NOWHERE }
    const hub = encodeUp({ kind: 'hello', hello: relay })
    const health = encodeUp({ kind: 'health', health: told('a') })
    expect(await call(address.port, cluster().identity, hub, health)).toBe(INVALID_ARGUMENT)
  })
})
