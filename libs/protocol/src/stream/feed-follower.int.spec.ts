import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { anUpsert, MemorySource } from '../fixtures.ts'
import type { Answer } from '../update.ts'
import { Follower, useCluster } from './fixtures.ts'

const cluster = useCluster()

describe('a follower of a source', () => {
  it('is brought up by snapshot, then forward by deltas, to the same config and hash', async () => {
    const source = new MemorySource({ revision: 41 })
    for (let n = 0; n < 5; n += 1) source.write(anUpsert(`s${n}`, { n }))
    const follower = new Follower()
    cluster().follow(follower, [await cluster().serveSource(source)])
    await follower.until(() => follower.position.revision === 46)
    source.write(anUpsert('s1', { n: 100 }))
    await follower.until(() => follower.position.revision === 47)
    expect(follower.updates).toEqual([
      { kind: 'snapshot', revision: 46 },
      { kind: 'delta', revision: 47 },
    ])
    expect(follower.position).toEqual(source.position)
  })

  it('gets a snapshot and a delta of 10 MB each, whole', async () => {
    const source = new MemorySource({ limit: 64 * 1024 * 1024 })
    const large = (n: number) => anUpsert(`s${n}`, { text: randomBytes(2500).toString('hex') })
    source.write(...Array.from({ length: 2000 }, (_, n) => large(n)))
    const bytes = { snapshot: 0, delta: 0 }
    const port = await cluster().serveSource(source, {
      onBytes: (_node, kind, count) => (bytes[kind] += count),
    })
    const follower = new Follower()
    cluster().follow(follower, [port])
    await follower.until(() => follower.position.revision === 1)
    source.write(...Array.from({ length: 2000 }, (_, n) => large(n)))
    await follower.until(() => follower.position.revision === 2)
    expect(follower.position).toEqual(source.position)
    expect(bytes.snapshot).toBeGreaterThan(5_000_000)
    expect(bytes.delta).toBeGreaterThan(10_000_000)
  })

  it('is sent nothing when it comes back at the current position', async () => {
    const source = new MemorySource()
    source.write(anUpsert('a'))
    const follower = new Follower()
    follower.config.apply(source.config.entities.values())
    follower.position = source.position
    let sent = 0
    const port = await cluster().serveSource(source, { onBytes: (_node, _kind, count) => (sent += count) })
    cluster().follow(follower, [port])
    await follower.until(() => follower.links.length === 1)
    source.write(anUpsert('b'))
    await follower.until(() => follower.position.revision === 2)
    expect(follower.updates).toEqual([{ kind: 'delta', revision: 2 }])
    expect(sent).toBeLessThan(50)
  })

  it('skips revisions while it is slow', async () => {
    const source = new MemorySource()
    const follower = new Follower()
    const begun = Promise.withResolvers<void>()
    const done = Promise.withResolvers<void>()
    cluster().follow(follower, [await cluster().serveSource(source)], {
      onUpdate: async (update) => {
        begun.resolve()
        await done.promise
        return follower.apply(update)
      },
    })
    source.write(anUpsert('a'))
    await begun.promise
    for (let n = 0; n < 100; n += 1) source.write(anUpsert('a', { n }))
    done.resolve()
    await follower.until(() => follower.position.revision === 101)
    expect(follower.updates.map(({ revision }) => revision)).toEqual([1, 101])
  })

  it('is offered again what it could not take, but not what it refused', async () => {
    const source = new MemorySource()
    const follower = new Follower()
    const offers: number[] = []
    const reject = (revision: number, retryable: boolean): Answer => ({
      kind: 'rejected',
      revision,
      retryable,
      errors: [],
    })
    cluster().follow(follower, [await cluster().serveSource(source)], {
      onUpdate: async (update) => {
        offers.push(update.to.revision)
        if (update.to.revision === 1 && offers.length < 3) return reject(1, true)
        if (update.to.revision === 2) return reject(2, false)
        return follower.apply(update)
      },
    })
    source.write(anUpsert('a'))
    await follower.until(() => follower.position.revision === 1)
    source.write(anUpsert('b'))
    const seen = Promise.withResolvers<void>()
    const poll = setInterval(() => offers.includes(2) && seen.resolve(), 1)
    await seen.promise
    clearInterval(poll)
    source.write(anUpsert('c'))
    await follower.until(() => follower.position.revision === 3)
    expect(offers).toEqual([1, 1, 1, 2, 3])
    expect(follower.position).toEqual(source.position)
  })

  it('is one of fifty that share one body', async () => {
    const source = new MemorySource()
    source.write(...Array.from({ length: 100 }, (_, n) => anUpsert(`s${n}`, { n })))
    const port = await cluster().serveSource(source)
    const followers = Array.from({ length: 50 }, (_, n) => new Follower(`node-${n}`))
    for (const follower of followers) cluster().follow(follower, [port])
    await Promise.all(followers.map((follower) => follower.until(() => follower.position.revision === 1)))
    source.write(anUpsert('s1', { text: 'x'.repeat(1000) }))
    await Promise.all(followers.map((follower) => follower.until(() => follower.position.revision === 2)))
    expect(new Set(followers.map(({ position }) => position.hash))).toEqual(new Set([source.position.hash]))
  })
})
