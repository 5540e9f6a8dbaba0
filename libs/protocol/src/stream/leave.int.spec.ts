import { describe, expect, it } from 'vitest'
import { anUpsert, MemorySource } from '../fixtures.ts'
import { anIntroduction, Follower, useCluster } from './fixtures.ts'
import { type FollowerServer, type FollowerStream, feedFollower, type Log } from './index.ts'

const cluster = useCluster()
const observe = { offered: () => undefined, answered: () => undefined, withheld: () => undefined }

function serve(source: MemorySource, signal = cluster().signal): Promise<FollowerServer> {
  const session = (stream: FollowerStream) => feedFollower(stream, source, observe, () => 10)
  return cluster().serve({ session, signal })
}

/** Two servers of one source, and a follower that prefers the first. */
async function aPair() {
  const source = new MemorySource()
  source.write(anUpsert('a'))
  const [first, second] = [await serve(source), await serve(source)]
  return { source, first, second }
}

const addressesOf = (follower: Follower) => follower.links.map((link) => link?.address.split(':')[1] ?? null)

describe('a source that is going to stop', () => {
  it('is followed until another one has taken over, without a revision lost or sent twice', async () => {
    const { source, first, second } = await aPair()
    const follower = new Follower()
    cluster().follow(follower, [first.address.port, second.address.port])
    await follower.until(() => follower.position.revision === 1)
    const drained = first.drain('it is stopping')
    for (let n = 2; n <= 50; n += 1) {
      source.write(anUpsert(`s${n}`))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await drained
    await follower.until(() => follower.position.revision === 50)
    expect(addressesOf(follower)).toEqual([`${first.address.port}`, null, `${second.address.port}`])
    expect(follower.updates.filter(({ kind }) => kind === 'snapshot')).toHaveLength(1)
    const revisions = follower.updates.map(({ revision }) => revision)
    expect(revisions).toEqual([...new Set(revisions)].toSorted((a, b) => a - b))
  })

  it('goes on serving a follower that finds no other one', async () => {
    const { source, first } = await aPair()
    const stop = new AbortController()
    const last = await serve(source, stop.signal)
    const follower = new Follower()
    cluster().follow(follower, [last.address.port])
    await follower.until(() => follower.position.revision === 1)
    let isDrained = false
    const drained = last.drain('it is stopping').then(() => {
      isDrained = true
    })
    source.write(anUpsert('b'))
    await follower.until(() => follower.position.revision === 2)
    expect(isDrained).toBe(false)
    stop.abort()
    await Promise.all([drained, last.closed])
    expect(first.address.port).toBeGreaterThan(0)
  })

  it('goes on serving a follower that is refused elsewhere', async () => {
    const source = new MemorySource()
    source.write(anUpsert('a'))
    const [first, newer] = [
      await serve(source),
      await cluster().serveSource(source, {
        welcome: () => ({ sourceId: 'n', version: '9.9.9', plugins: [] }),
      }),
    ]
    const follower = new Follower()
    const refused = Promise.withResolvers<void>()
    const onWelcome = ({ version }: { version: string }) => {
      if (version !== '9.9.9') return null
      refused.resolve()
      return 'it is newer'
    }
    cluster().follow(follower, [first.address.port, newer], { onWelcome })
    await follower.until(() => follower.position.revision === 1)
    void first.drain('it is stopping')
    await refused.promise
    source.write(anUpsert('b'))
    await follower.until(() => follower.position.revision === 2)
    expect(follower.links).toHaveLength(1)
  })

  it('is left without the long pauses of a source that has been away: troubles of old are over', async () => {
    const { source, first, second } = await aPair()
    await second.drain('nobody listens there any more')
    const follower = new Follower()
    const pauses: { attempts: number; elapsedMs: number }[] = []
    const paused = Promise.withResolvers<void>()
    let now = 1_000_000
    let isRefused = true
    cluster().follow(follower, [second.address.port, first.address.port], {
      now: () => now,
      onWelcome: () => (isRefused ? 'not yet' : null),
      backoff({ attempts, elapsedMs }) {
        if (!isRefused) paused.resolve()
        isRefused = false
        pauses.push({ attempts, elapsedMs })
        return 10
      },
    })
    await follower.until(() => follower.position.revision === 1)
    now += 60 * 60_000
    void first.drain('it is stopping')
    await paused.promise
    expect(pauses.slice(0, 2)).toEqual([
      { attempts: 1, elapsedMs: 0 },
      { attempts: 1, elapsedMs: 0 },
    ])
    source.write(anUpsert('b'))
    await follower.until(() => follower.position.revision === 2)
  })

  it('says so to a follower that comes when it is about to stop', async () => {
    const { source, first, second } = await aPair()
    const follower = new Follower()
    const greeting = Promise.withResolvers<void>()
    cluster().follow(follower, [first.address.port, second.address.port], {
      hello: () => {
        greeting.resolve()
        return anIntroduction(follower.nodeId)
      },
    })
    await greeting.promise
    await first.drain('it is stopping')
    source.write(anUpsert('b'))
    await follower.until(() => addressesOf(follower).at(-1) === `${second.address.port}`)
    await follower.until(() => follower.position.revision === 2)
  })

  it('tells the follower why', async () => {
    const { first, second } = await aPair()
    const lines: string[] = []
    const note = (_fields: object, message: string) => void lines.push(message)
    const log: Log = { info: note, warn: note, error: note }
    const follower = new Follower()
    cluster().follow(follower, [first.address.port, second.address.port], { log })
    await follower.until(() => follower.position.revision === 1)
    await first.drain('the hub is stopping')
    await follower.until(() => addressesOf(follower).length === 3)
    expect(lines.some((line) => line.endsWith('as soon as there is another: the hub is stopping'))).toBe(true)
    expect(lines.filter((line) => line.startsWith('lost'))).toEqual([])
  })
})

describe('a source that dies', () => {
  it('is replaced by the next one at once', async () => {
    const { source, second } = await aPair()
    const stop = new AbortController()
    const dying = await serve(source, stop.signal)
    const follower = new Follower()
    const backoff = () => {
      throw new Error('it waited')
    }
    cluster().follow(follower, [dying.address.port, second.address.port], { backoff })
    await follower.until(() => follower.position.revision === 1)
    stop.abort()
    source.write(anUpsert('b'))
    await follower.until(() => follower.position.revision === 2)
    expect(addressesOf(follower).at(-1)).toBe(`${second.address.port}`)
  })
})
