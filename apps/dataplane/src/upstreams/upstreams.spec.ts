import { describe, expect, it } from 'vitest'
import type { Address } from '../balancer/address.ts'
import { UpstreamHealth } from '../health/upstream-health.ts'
import { nextTry, shares, someUpstreams } from './fixtures/some-upstreams.ts'
import type { Judge, TryOutcome } from './health.ts'

const host = (ip: string, ttl = 60) => ({ ip, ttl })

describe('the requests of an upstream', () => {
  it('go to its targets by weight, and not to those of weight 0', async () => {
    const world = someUpstreams()
    world.pool({}, ['10.0.0.1:80', 10], ['10.0.0.2:81', 15], ['[fd00::1]:80', 0])
    expect(await shares(world.tries, 50)).toEqual({ '10.0.0.1:80': 20, '10.0.0.2:81': 30 })
  })

  it('go to each record of a name, with the weight of the target', async () => {
    const world = someUpstreams({ a: { 'a.test': [host('10.0.0.1'), host('10.0.0.2')] } })
    world.pool({}, ['a.test:80'], ['10.0.0.3', 200])
    expect(await shares(world.tries, 40)).toEqual({
      '10.0.0.1:80': 10,
      '10.0.0.2:80': 10,
      '10.0.0.3:8000': 20,
    })
  })

  it('go to services with their own weights and ports', async () => {
    const service = (name: string, port: number, weight: number) => ({ name, port, priority: 1, weight })
    const world = someUpstreams({
      srv: { 's.test': [service('x.test', 81, 3), service('y.test', 0, 0)] },
      a: { 'x.test': [host('10.0.0.1')], 'y.test': [host('10.0.0.2')] },
    })
    world.pool({}, ['s.test:90'])
    expect(await shares(world.tries, 40)).toEqual({ '10.0.0.1:81': 30, '10.0.0.2:90': 10 })
  })

  it.each([
    [{}, 's.test'],
    [{ use_srv_name: true }, 'x.test'],
    [{ use_srv_name: true, host_header: 'front.test' }, 'front.test'],
  ])('of %j ask for the host %s', async (fields, expected) => {
    const world = someUpstreams({
      srv: { 's.test': [{ name: 'x.test', port: 81, priority: 1, weight: 1 }] },
      a: { 'x.test': [host('10.0.0.1')] },
    })
    world.pool(fields, ['s.test:90'])
    expect((await nextTry(world.tries())).host).toBe(expected)
  })

  it('follow DNS', async () => {
    const world = someUpstreams({ a: { 'a.test': [host('10.0.0.1', 10)] } })
    world.pool({}, ['a.test:80'])
    expect(await shares(world.tries, 2)).toEqual({ '10.0.0.1:80': 2 })
    world.zone.a = { 'a.test': [host('10.0.0.2', 10)] }
    world.time.now += 15_000
    expect((await nextTry(world.tries())).ip).toBe('10.0.0.2')
    expect(world.table.size).toBe(2)
  })

  it('wait for no name that did not resolve before, as long as there are others', async () => {
    const world = someUpstreams({ a: { 'bad.test': 'ESERVFAIL' } })
    world.pool({}, ['bad.test:80'], ['10.0.0.1:80'])
    await nextTry(world.tries())
    world.time.now += 60_000
    expect(world.tries().next()).toMatchObject({ kind: 'try', to: { ip: '10.0.0.1' } })
    world.zone.a = { 'bad.test': [host('10.0.0.2')] }
    world.time.now += 60_000
    await expect.poll(() => shares(world.tries, 2)).toEqual({ '10.0.0.1:80': 1, '10.0.0.2:80': 1 })
  })

  it('have nowhere to go without targets, and where nothing resolves', async () => {
    const world = someUpstreams()
    world.pool({})
    expect(await world.tries().next()).toEqual({ kind: 'no-peer' })
    const other = someUpstreams()
    other.pool({}, ['none.test:80'])
    expect(await other.tries().next()).toEqual({ kind: 'no-peer' })
  })

  it('go elsewhere after a failure, and anew when all have failed', async () => {
    const world = someUpstreams()
    world.pool({}, ['10.0.0.1:80', 500], ['10.0.0.2:80', 1], ['10.0.0.3:80', 1])
    const tries = world.tries()
    const ips: string[] = []
    for (let i = 0; i < 4; i++) {
      const to = await nextTry(tries)
      to.failed('broken', false)
      ips.push(to.ip)
    }
    expect(new Set(ips.slice(0, 3)).size).toBe(3)
  })

  it('are counted as open until they failed or are over, once', async () => {
    const world = someUpstreams()
    world.pool({ algorithm: 'least-connections' }, ['10.0.0.1:80'], ['10.0.0.2:80'])
    const [first, second] = [await nextTry(world.tries()), await nextTry(world.tries())]
    expect(first.ip).not.toBe(second.ip)
    second.failed('timeout', true)
    second.over()
    expect((await nextTry(world.tries())).ip).toBe(second.ip)
    first.over()
    first.over()
    expect(await shares(world.tries, 10)).toEqual({ [`${first.ip}:80`]: 10 })
  })

  it('go where answers come fast', async () => {
    const world = someUpstreams()
    world.pool({ algorithm: 'latency' }, ['10.0.0.1:80'], ['10.0.0.2:80'])
    for (let i = 0; i < 2; i++) {
      const to = await nextTry(world.tries())
      world.time.now += to.ip === '10.0.0.1' ? 500 : 5
      to.answered(200)
      to.over()
    }
    expect(await shares(world.tries, 20)).toEqual({ '10.0.0.2:80': 20 })
  })

  it('go where their hash says', async () => {
    const world = someUpstreams()
    world.pool({ hash_on: 'ip' }, ['10.0.0.1:80'], ['10.0.0.2:80'], ['10.0.0.3:80'])
    // Of the ring's vectors.
    const to = (hash: string) => nextTry(world.tries('pool.internal', hash)).then(({ ip }) => ip)
    expect([await to('foo'), await to('a'), await to('true')]).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3'])
  })

  it('go only where health says, which is told what came of them', async () => {
    const reports: unknown[] = []
    const judge: Judge = (upstream, addresses) =>
      Object.assign(new UpstreamHealth(upstream, addresses), {
        available: ({ ip }: Address) => ip !== '10.0.0.1',
        report: ({ ip }: Address, outcome: TryOutcome) => {
          reports.push([ip, outcome])
        },
      })
    const world = someUpstreams({}, judge)
    world.pool({}, ['10.0.0.1:80'], ['10.0.0.2:80'])
    const to = await nextTry(world.tries())
    to.failed('broken', false)
    to.answered(503)
    to.connected()
    expect(reports).toEqual([
      ['10.0.0.2', { kind: 'broken', last: false }],
      ['10.0.0.2', { kind: 'answered', status: 503 }],
      ['10.0.0.2', { kind: 'connected' }],
    ])
  })
})

describe('an upstream that checks the health of its addresses', () => {
  const judge: Judge = (upstream, addresses) => new UpstreamHealth(upstream, addresses)
  const passive = { unhealthy: { http_failures: 1 } }

  it('sends nothing where failures came from, until nothing is left', async () => {
    const world = someUpstreams({}, judge)
    world.pool({ healthchecks: { passive } }, ['10.0.0.1:80'], ['10.0.0.2:80'])
    const first = await nextTry(world.tries())
    first.answered(500)
    const other = first.ip === '10.0.0.1' ? '10.0.0.2' : '10.0.0.1'
    expect(await shares(world.tries, 6)).toEqual({ [`${other}:80`]: 6 })
    const second = await nextTry(world.tries())
    second.answered(500)
    expect(await world.tries().next()).toEqual({ kind: 'no-peer' })
  })

  it('sends nothing anywhere when too little is left of it', async () => {
    const world = someUpstreams({}, judge)
    world.pool({ healthchecks: { passive, threshold: 50 } }, ['10.0.0.1:80'], ['10.0.0.2:80'])
    const to = await nextTry(world.tries())
    to.answered(500)
    expect(await world.tries().next()).toEqual({ kind: 'no-peer' })
  })

  it('judges two names of one place each for itself', async () => {
    const world = someUpstreams({ a: { 'a.test': [host('10.0.0.1')], 'b.test': [host('10.0.0.1')] } }, judge)
    world.pool({ healthchecks: { passive } }, ['a.test:80'], ['b.test:80'])
    const first = await nextTry(world.tries())
    first.answered(500)
    for (let i = 0; i < 4; i++) expect((await nextTry(world.tries())).host).not.toBe(first.host)
  })

  it('knows after a change what it knew before, unless the address was gone for long', async () => {
    const world = someUpstreams({}, judge)
    const pool = world.pool({ healthchecks: { passive } }, ['10.0.0.1:80'])
    const to = await nextTry(world.tries())
    to.answered(500)
    to.over()
    world.serve(world.balancers.putUpstream({ ...pool, slots: 2000 }))
    expect(await world.tries().next()).toEqual({ kind: 'no-peer' })
    const { balancers } = world
    for (const goneMs of [300_000, 301_000]) {
      world.serve(balancers.deleteUpstream(pool.id))
      world.time.now += goneMs
      world.serve(balancers)
      expect((await world.tries().next()).kind).toBe(goneMs === 300_000 ? 'no-peer' : 'try')
    }
  })
})

describe('a change of the config', () => {
  it('keeps what is known of addresses that stay, and frees the others', async () => {
    const world = someUpstreams()
    const pool = world.pool({ algorithm: 'least-connections' }, ['10.0.0.1:80'], ['10.0.0.2:80'])
    const first = await nextTry(world.tries())
    const second = await nextTry(world.tries())
    world.serve(world.balancers.putTarget(world.target(pool, '10.0.0.3:80')))
    const third = await nextTry(world.tries())
    expect(third.ip).toBe('10.0.0.3')
    second.over()
    expect((await shares(world.tries, 5))[`${second.ip}:80`]).toBe(5)
    world.serve(world.balancers.deleteUpstream(pool.id))
    // Those where requests still are, are still held.
    expect(world.table.size).toBe(2)
    first.over()
    third.over()
    expect(world.table.size).toBe(0)
  })

  it('leaves a request of the config before where it was', async () => {
    const world = someUpstreams()
    const pool = world.pool({}, ['10.0.0.1:80'])
    const late = world.tries()
    world.serve(world.balancers.deleteUpstream(pool.id))
    expect((await nextTry(late)).ip).toBe('10.0.0.1')
  })
})

describe('the requests of a name', () => {
  it('go to its records in turn, and to the next after a failure', async () => {
    const world = someUpstreams({ a: { 'a.test': [host('10.0.0.1'), host('10.0.0.2')] } })
    expect(await shares(() => world.tries('a.test'), 10)).toEqual({ '10.0.0.1:80': 5, '10.0.0.2:80': 5 })
    const tries = world.tries('a.test')
    const first = await nextTry(tries)
    first.failed('broken', false)
    expect((await nextTry(tries)).ip).not.toBe(first.ip)
  })

  it.each([
    ['none.test', { kind: 'not-found' }],
    ['bad.test', { kind: 'unresolved', reason: 'ESERVFAIL' }],
  ])('of %s have nowhere to go: %j', async (name, expected) => {
    const world = someUpstreams({ a: { 'bad.test': 'ESERVFAIL' } })
    expect(await world.tries(name).next()).toMatchObject(expected)
  })

  it.each(['fd00::1', '[fd00::1]'])('that is the address %s go there', async (name) => {
    const world = someUpstreams()
    expect(await nextTry(world.tries(name))).toMatchObject({ ip: 'fd00::1', port: 80, host: 'fd00::1' })
    expect(world.asked).toEqual([])
  })
})
