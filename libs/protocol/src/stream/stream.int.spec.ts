import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { anUpsert, MemorySource } from '../fixtures.ts'
import { anIdentity, aServer, Follower, type Identity } from './fixtures.ts'
import { feedFollower } from './index.ts'

let identity: Identity
let stop: AbortController
let running: Promise<unknown>[]

beforeAll(async () => {
  identity = await anIdentity()
})
beforeEach(() => {
  stop = new AbortController()
  running = []
})
afterEach(async () => {
  stop.abort()
  await Promise.all(running)
})

const ignore = { offered: () => undefined, answered: () => undefined, withheld: () => undefined }

async function serve(source: MemorySource) {
  const server = await aServer(identity, {
    signal: stop.signal,
    session: (stream) => feedFollower(stream, source, ignore, () => 10),
  })
  running.push(server.closed)
  return server.address.port
}

describe('a link', () => {
  it('brings a new follower up by snapshot, then forward by deltas, to the same config and hash', async () => {
    const source = new MemorySource({ revision: 41, limit: 10_000 })
    for (let i = 0; i < 5; i += 1) source.write(anUpsert(`s${i}`, { n: i }))
    const follower = new Follower()
    running.push(follower.follow(identity, [await serve(source)], stop.signal))
    await follower.until(() => follower.position.revision === 46)
    source.write(anUpsert('s1', { n: 100 }))
    await follower.until(() => follower.position.revision === 47)
    expect(follower.updates).toEqual([
      { kind: 'snapshot', revision: 46 },
      { kind: 'delta', revision: 47 },
    ])
    expect(follower.position).toEqual(source.position)
  })
})
