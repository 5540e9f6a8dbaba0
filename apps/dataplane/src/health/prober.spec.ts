import type { JsonObject } from '@biplane/entities'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { someUpstreams } from '../upstreams/fixtures/some-upstreams.ts'
import { type Probe, Prober } from './prober.ts'
import type { ProbeOutcome } from './reports.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const eachSecond = { healthy: { interval: 1, successes: 1 }, unhealthy: { interval: 1, tcp_failures: 1 } }

/** Upstreams whose addresses are probed, by a prober that sees what the test says. */
function aProber(zone = {}) {
  const world = someUpstreams(zone)
  const stopping = new AbortController()
  const [probes, lines, given]: [string[], string[], string[]] = [[], [], []]
  const down = new Set<string>()
  const slow = { ms: 0, most: 0, now: 0 }
  const probe: Probe = async (_checks, { ip }, _pair, signal) => {
    probes.push(ip)
    slow.now += 1
    slow.most = Math.max(slow.most, slow.now)
    if (slow.ms > 0) await new Promise((resolve) => setTimeout(resolve, slow.ms))
    slow.now -= 1
    if (signal.aborted) given.push(ip)
    return { kind: down.has(ip) ? 'broken' : 'connected' } satisfies ProbeOutcome
  }
  const prober = new Prober({
    probe,
    selection: (upstream) => world.upstreams.selection(upstream),
    pair: () => null,
    clock: () => performance.now(),
    random: () => 0.5,
    log: { warn: (_fields, message) => lines.push(message) },
    signal: stopping.signal,
  })
  return {
    ...{ world, down, slow, lines, given, stop: () => stopping.abort() },
    follow: () => prober.follow(world.balancers),
    /** Whom it probed in this time. */
    async during(ms: number): Promise<string[]> {
      probes.length = 0
      await vi.advanceTimersByTimeAsync(ms)
      return [...probes].sort()
    },
    states: async (id: string) => {
      const upstream = world.balancers.get(id)
      if (upstream === undefined) throw new Error('there is no such upstream')
      const { addresses, health } = await world.upstreams.selection(upstream)
      return Object.fromEntries(addresses.map((address) => [address.ip, health.stateOf(address)]))
    },
  }
}

const checking = (active: JsonObject) => ({ healthchecks: { active: { type: 'tcp', ...active } } })

describe('the addresses of an upstream', () => {
  it('are probed in rounds, those of weight 0 not', async () => {
    const { world, follow, during } = aProber({ a: { 'a.test': [{ ip: '10.0.0.2', ttl: 60 }] } })
    world.pool(checking({ healthy: { interval: 2 } }), ['10.0.0.1:80'], ['a.test:80'], ['10.0.0.3:80', 0])
    follow()
    expect(await during(999)).toEqual([])
    expect(await during(2)).toEqual(['10.0.0.1', '10.0.0.2'])
    expect(await during(2000)).toEqual(['10.0.0.1', '10.0.0.2'])
  })

  it('are taken out and brought back by what probes come to', async () => {
    const { world, follow, during, down, states } = aProber()
    const { id } = world.pool(checking(eachSecond), ['10.0.0.1:80'], ['10.0.0.2:80'])
    follow()
    down.add('10.0.0.1')
    await during(600)
    expect(await states(id)).toEqual({ '10.0.0.1': 'unhealthy', '10.0.0.2': 'healthy' })
    down.clear()
    await during(1000)
    expect(await states(id)).toEqual({ '10.0.0.1': 'healthy', '10.0.0.2': 'healthy' })
  })

  it.each([
    ['in use', { healthy: { interval: 1 }, unhealthy: { tcp_failures: 1 } }, ['10.0.0.2']],
    ['not in use', { healthy: { successes: 1 }, unhealthy: { interval: 1, tcp_failures: 1 } }, ['10.0.0.1']],
  ])('are probed only while %s where only that has an interval', async (_, active, expected) => {
    const { world, follow, during } = aProber()
    const { id } = world.pool(checking(active), ['10.0.0.1:80'], ['10.0.0.2:80'])
    const upstream = world.balancers.get(id)
    if (upstream === undefined) throw new Error('there is no such upstream')
    const { addresses, health } = await world.upstreams.selection(upstream)
    for (const address of addresses) if (address.ip === '10.0.0.1') health.mark(address, 'unhealthy')
    follow()
    expect(await during(600)).toEqual(expected)
  })

  it('are probed so many at a time as their upstream allows', async () => {
    const { world, follow, during, slow } = aProber()
    const targets = Array.from({ length: 9 }, (_, i): [string] => [`10.0.0.${i + 1}:80`])
    world.pool(checking({ healthy: { interval: 10 }, concurrency: 4 }), ...targets)
    follow()
    slow.ms = 100
    expect(await during(5_150)).toHaveLength(8)
    expect(slow.most).toBe(4)
    expect(await during(200)).toHaveLength(1)
  })

  it('are probed so many at a time as a node can, whatever is allowed', async () => {
    const { world, follow, during, slow } = aProber()
    const targets = Array.from({ length: 600 }, (_, i): [string] => [`10.0.${i >> 8}.${i & 255}:80`])
    world.pool(checking({ healthy: { interval: 10 }, concurrency: 5000 }), ...targets)
    follow()
    slow.ms = 100
    expect(await during(6_000)).toHaveLength(600)
    expect(slow.most).toBe(256)
  })

  it('are not probed again while a round goes on', async () => {
    const { world, follow, during, slow } = aProber()
    world.pool(checking({ healthy: { interval: 1 } }), ['10.0.0.1:80'])
    follow()
    slow.ms = 2_600
    expect(await during(3_000)).toEqual(['10.0.0.1'])
    expect(await during(1_000)).toEqual(['10.0.0.1'])
  })
})

describe('a change of the config', () => {
  it('leaves the rounds as they are, with the targets as they are now', async () => {
    const { world, follow, during } = aProber()
    const pool = world.pool(checking({ healthy: { interval: 2 } }), ['10.0.0.1:80'])
    follow()
    await during(900)
    world.serve(world.balancers.putTarget(world.target(pool, '10.0.0.2:80')))
    follow()
    expect(await during(200)).toEqual(['10.0.0.1', '10.0.0.2'])
  })

  it('of how addresses are probed begins new rounds, and gives up the old ones', async () => {
    const { world, follow, during, given, slow } = aProber()
    const pool = world.pool(checking({ healthy: { interval: 2 } }), ['10.0.0.1:80'])
    follow()
    slow.ms = 500
    await during(1_100)
    const { active } = world.upstream(checking({ healthy: { interval: 4 } })).healthchecks
    world.serve(world.balancers.putUpstream({ ...pool, healthchecks: { ...pool.healthchecks, active } }))
    follow()
    expect(await during(1_900)).toEqual([])
    expect(given).toEqual(['10.0.0.1'])
    expect(await during(200)).toEqual(['10.0.0.1'])
  })

  it('that takes an upstream or its checks away ends its rounds', async () => {
    const { world, follow, during } = aProber()
    const pool = world.pool(checking({ healthy: { interval: 1 } }), ['10.0.0.1:80'])
    follow()
    const { balancers } = world
    world.serve(balancers.deleteUpstream(pool.id))
    follow()
    expect(await during(2_000)).toEqual([])
    world.serve(balancers)
    follow()
    expect(await during(2_000)).toHaveLength(2)
    world.serve(balancers.putUpstream({ ...pool, healthchecks: world.upstream().healthchecks }))
    follow()
    expect(await during(2_000)).toEqual([])
  })
})

it('ends with its signal: what is under way says nothing any more', async () => {
  const { world, follow, during, down, slow, stop, states } = aProber()
  const { id } = world.pool(checking(eachSecond), ['10.0.0.1:80'])
  follow()
  down.add('10.0.0.1')
  slow.ms = 300
  await during(600)
  stop()
  world.serve(
    world.balancers.putUpstream(world.upstream({ ...checking(eachSecond), name: 'other.internal' })),
  )
  follow()
  expect(await during(5_000)).toEqual([])
  expect(await states(id)).toEqual({ '10.0.0.1': 'healthy' })
  expect(vi.getTimerCount()).toBe(0)
})
