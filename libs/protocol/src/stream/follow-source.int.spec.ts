import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { encodeBody } from '../body.ts'
import { anUpsert, EPOCH, MemorySource } from '../fixtures.ts'
import { NO_CONFIG_HASH } from '../hash.ts'
import type { Answer, Body, Update } from '../update.ts'
import { anIdentity, brisk, Follower, silent, useCluster } from './fixtures.ts'
import type { FollowerStream } from './index.ts'

const cluster = useCluster()

const to = { epoch: EPOCH, revision: 1, hash: NO_CONFIG_HASH }

/** Sends one update to the first follower, whatever it is, and proper ones to those that come later. */
async function lyingThenHonest(update: Update, source: MemorySource) {
  const answers: Answer[] = []
  const honest = await cluster().serveSource(source)
  const { address } = await cluster().serve({
    session: async (stream: FollowerStream) => {
      await stream.send(update)
      answers.push(await stream.answer())
    },
  })
  return { ports: [address.port, honest], answers }
}

function aBrokenBody(): Body {
  const { size, chunks } = encodeBody([anUpsert('a', { text: 'x'.repeat(1000) }), anUpsert('b')])
  async function* some() {
    for await (const chunk of chunks()) yield chunk.subarray(0, 1100)
    throw new Error('the source dies here')
  }
  return { encoding: 'identity', size, chunks: some }
}

describe('followSource', () => {
  it('says why it follows nobody, in the words of the system', async () => {
    const plain = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(
      0,
      '127.0.0.1',
    )
    await once(plain, 'listening')
    const { port } = plain.address() as AddressInfo // it listens on TCP
    const said = new Map<string, string>()
    const onTrouble = (address: string, reason: string) => void said.set(address, reason)
    cluster().follow(new Follower(), [port, 1], { onTrouble })
    await expect.poll(() => said.size).toBe(2)
    plain.close()
    expect([...said.values()]).toEqual(['no TLS: wrong version number', 'connect ECONNREFUSED 127.0.0.1:1'])
  })

  it('is back by itself when its source is', async () => {
    const source = new MemorySource()
    source.write(anUpsert('a'))
    const first = new AbortController()
    const session = (stream: FollowerStream) =>
      stream
        .send({ kind: 'withheld', to, reason: { kind: 'source_empty', message: '' } })
        .then(() => new Promise<void>((resolve) => stream.signal.addEventListener('abort', () => resolve())))
    const server = await cluster().serve({ session, signal: first.signal })
    const follower = new Follower()
    cluster().follow(follower, [server.address.port])
    await follower.until(() => follower.links.length === 1)
    first.abort()
    await server.closed
    await follower.until(() => follower.links.at(-1) === null)
    const listen = { host: '127.0.0.1', port: server.address.port }
    await cluster().serveSource(source, { listen })
    await follower.until(() => follower.position.revision === 1)
  })

  it('goes to the next address at once', async () => {
    const source = new MemorySource()
    source.write(anUpsert('a'))
    const follower = new Follower()
    const backoff = () => {
      throw new Error('it waited')
    }
    cluster().follow(follower, [1, await cluster().serveSource(source)], { backoff })
    await follower.until(() => follower.position.revision === 1)
  })

  it('says each reason why it cannot follow a source once, also if they take turns', async () => {
    const port = await cluster().serveSource(new MemorySource())
    const warned: string[] = []
    let attempts = 0
    cluster().follow(new Follower(), [port], {
      log: { ...silent, warn: (_fields: object, message: string) => void warned.push(message) },
      onWelcome: () => `reason ${attempts++ % 2}`,
    })
    await vi.waitFor(() => expect(attempts).toBeGreaterThan(6), 10_000)
    expect(warned.map((message) => /reason \d/.exec(message)?.[0])).toEqual(['reason 0', 'reason 1'])
  })

  it('leaves no connection of a failed attempt behind', async () => {
    const source = new MemorySource()
    source.write(anUpsert('a'))
    const port = await cluster().serveSource(source)
    let attempts = 0
    const open = new Set<Socket>()
    const front = createServer((near) => {
      near.on('error', () => near.destroy())
      attempts += 1
      // The first ones are broken off before they can greet: a source that is just starting, or a balancer before it.
      if (attempts <= 3) return void near.resetAndDestroy()
      open.add(near)
      near.once('close', () => open.delete(near))
      const far = connect(port, '127.0.0.1')
      far.on('error', () => near.destroy())
      near.pipe(far).pipe(near)
    })
    front.listen(0, '127.0.0.1')
    await once(front, 'listening')
    const stop = new AbortController()
    const follower = new Follower()
    const { port: fronted } = front.address() as AddressInfo // it listens on TCP
    cluster().follow(follower, [fronted], { signal: stop.signal, backoff: () => 20 })
    await follower.until(() => follower.position.revision === 1)
    // What does not come can only be seen once its time is over: the back-off of grpc-js is 0.8 to 1.2 s.
    await pause(1500)
    expect({ attempts, open: open.size }).toEqual({ attempts: 4, open: 1 })
    stop.abort()
    await vi.waitFor(() => expect(open.size).toBe(0), 10_000)
    front.close()
  })

  it('does not speak to a source with another certificate', async () => {
    const other = await anIdentity()
    const digests = new Set([cluster().identity.digest])
    const tls = { credentials: () => other.pair, trust: () => ({ kind: 'shared' as const, digests }) }
    let sessions = 0
    const { address } = await cluster().serve({
      tls,
      session: async () => {
        sessions += 1
      },
    })
    const source = new MemorySource()
    source.write(anUpsert('a'))
    const follower = new Follower()
    cluster().follow(follower, [address.port, await cluster().serveSource(source)])
    await follower.until(() => follower.position.revision === 1)
    expect(sessions).toBe(0)
  })

  it('leaves a source that it is told not to follow', async () => {
    const source = new MemorySource()
    source.write(anUpsert('a'))
    const newer = await cluster().serveSource(source, {
      welcome: () => ({ sourceId: 'newer', version: '3.5.0', plugins: [] }),
    })
    const follower = new Follower()
    const met: string[] = []
    cluster().follow(follower, [newer, await cluster().serveSource(source)], {
      onWelcome: ({ version }) => {
        met.push(version)
        return version === '3.5.0' ? 'it is newer than this hub' : null
      },
    })
    await follower.until(() => follower.position.revision === 1)
    expect(met).toEqual(['3.5.0', '3.4.0'])
    expect(follower.links).toHaveLength(1)
  })

  it('numbers its sessions upwards even if the clock stands still', async () => {
    const sessions: number[] = []
    const third = Promise.withResolvers<void>()
    const { address } = await cluster().serve({
      session: async ({ hello }) => {
        if (sessions.push(hello.session) === 3) third.resolve()
      },
    })
    cluster().follow(new Follower(), [address.port], { now: () => 5000 })
    await third.promise
    expect(sessions.slice(0, 3)).toEqual([5000, 5001, 5002])
  })

  it.each<[string, Update]>([
    ['breaks off within an update', { kind: 'snapshot', to, body: aBrokenBody() }],
    [
      'sends fewer bytes than announced',
      { kind: 'snapshot', to, body: { ...encodeBody([anUpsert('a')]), size: 99 } },
    ],
    [
      'sends more bytes than announced',
      { kind: 'snapshot', to, body: { ...encodeBody([anUpsert('a')]), size: 9 } },
    ],
    [
      'sends records that are none',
      {
        kind: 'snapshot',
        to,
        body: { encoding: 'identity', size: 7, chunks: () => [Buffer.from('rubbish')] },
      },
    ],
    [
      'sends zstd that is none',
      { kind: 'snapshot', to, body: { encoding: 'zstd', size: 7, chunks: () => [Buffer.from('rubbish')] } },
    ],
  ])('throws within the update, answers nothing and moves on when a source %s', async (_what, update) => {
    const source = new MemorySource()
    source.write(anUpsert('a'))
    const { ports, answers } = await lyingThenHonest(update, source)
    const follower = new Follower()
    const outcomes: string[] = []
    cluster().follow(follower, ports, {
      onUpdate: async (incoming) => {
        try {
          return await follower.apply(incoming)
        } catch (error) {
          outcomes.push('threw')
          throw error
        }
      },
    })
    await follower.until(() => follower.position.revision === 1)
    expect(outcomes).toEqual(['threw'])
    expect(answers).toEqual([])
    expect(follower.position).toEqual(source.position)
  })

  it('does not take a delta that begins elsewhere', async () => {
    const source = new MemorySource()
    source.write(anUpsert('a'))
    const elsewhere = { epoch: EPOCH, revision: 5, hash: 'a'.repeat(32) }
    const delta: Update = { kind: 'delta', from: elsewhere, to, body: encodeBody([anUpsert('z')]) }
    const { ports, answers } = await lyingThenHonest(delta, source)
    const follower = new Follower()
    cluster().follow(follower, ports)
    await follower.until(() => follower.position.revision === 1)
    expect(answers).toEqual([])
    expect([...follower.config.entities.keys()]).toEqual(['services/a'])
  })

  it('answers a fault of its own with a retryable reject and stays linked', async () => {
    const source = new MemorySource()
    source.write(anUpsert('a'))
    const follower = new Follower()
    let tries = 0
    cluster().follow(follower, [await cluster().serveSource(source)], {
      onUpdate: async (update) => {
        tries += 1
        if (tries < 3) throw new Error('out of order')
        return follower.apply(update)
      },
    })
    await follower.until(() => follower.position.revision === 1)
    expect(tries).toBe(3)
    expect(follower.links).toHaveLength(1)
  })

  it('may reject an update without having read it, and reads the next one right', async () => {
    const source = new MemorySource()
    source.write(
      ...Array.from({ length: 500 }, (_, n) =>
        anUpsert(`s${n}`, { text: randomBytes(1500).toString('hex') }),
      ),
    )
    const follower = new Follower()
    cluster().follow(follower, [await cluster().serveSource(source)], {
      onUpdate: async (update) => {
        if (update.to.revision === 1) {
          for await (const _change of update.changes) break
          setImmediate(() => source.write(anUpsert('b')))
          return { kind: 'rejected', revision: 1, retryable: false, errors: [] }
        }
        return follower.apply(update)
      },
    })
    await follower.until(() => follower.position.revision === 2)
    expect(follower.position).toEqual(source.position)
    expect(follower.links).toHaveLength(1)
  })

  it('is told why it gets nothing', async () => {
    const told = Promise.withResolvers<string>()
    const reason = {
      kind: 'plugin_set_incompatible',
      message: 'key-auth is missing',
      subject: 'key-auth',
    } as const
    const { address } = await cluster().serve({
      session: async (stream) => {
        await stream.send({ kind: 'withheld', to, reason })
        await new Promise<void>((resolve) => stream.signal.addEventListener('abort', () => resolve()))
      },
    })
    cluster().follow(new Follower(), [address.port], {
      onWithheld: (withheld) => told.resolve(withheld.reason.message),
    })
    expect(await told.promise).toBe('key-auth is missing')
  })

  it('gives up on a source that does not welcome it', async () => {
    const mute = new MemorySource()
    mute.write(anUpsert('a'))
    const follower = new Follower()
    const port = await cluster().serveSource(mute)
    const { createServer } = await import('node:net')
    const silentServer = createServer((socket) => socket.on('error', () => socket.destroy())).listen(
      0,
      '127.0.0.1',
    )
    await new Promise((resolve) => silentServer.once('listening', resolve))
    const address = silentServer.address()
    cluster().follow(follower, [typeof address === 'object' && address ? address.port : 0, port], {
      timing: brisk,
    })
    await follower.until(() => follower.position.revision === 1)
    silentServer.close()
  })
})
