import type { Entity, JsonObject, TargetHealth } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { ConfigAuthor } from '../fixtures/config-author.ts'
import { someUpstreams } from '../upstreams/fixtures/some-upstreams.ts'
import { markTargets } from './mark-targets.ts'
import type { Known } from './report-upstream.ts'

const checked = { healthchecks: { passive: { unhealthy: { http_failures: 2 } } } }
const author = new ConfigAuthor()

/** Said later than all before. */
function said(target: Entity, health: string, fields: JsonObject = {}): TargetHealth {
  const mark = author.put('target_health', { target: { id: target.id }, health, ...fields })
  later += 1
  // What the author makes of a kind is one.
  return { ...mark, updated_at: later } as TargetHealth
}
let later = 1_700_000_000

/** An upstream with a target by name of two addresses, and one of IPv6. */
async function aWorld(fields: JsonObject = checked) {
  const a = [
    { ip: '10.0.0.1', ttl: 60 },
    { ip: '10.0.0.2', ttl: 60 },
  ]
  const world = someUpstreams({ a: { 'a.test': a } })
  const pool = world.upstream(fields)
  const [named, v6] = [world.target(pool, 'a.test:80'), world.target(pool, '[fd00::1]:80')]
  world.serve(world.balancers.putUpstream(pool).putTarget(named).putTarget(v6))
  const selection = () => {
    const upstream = world.balancers.get(pool.id)
    if (upstream === undefined) throw new Error('there is no such upstream')
    return world.upstreams.selection(upstream)
  }
  return {
    ...{ world, named, v6 },
    mark: (...marks: TargetHealth[]) => markTargets(marks, world.balancers, { selection }),
    unhealthy: async () => {
      const { addresses, health } = await selection()
      return addresses.filter((address) => !health.available(address)).map(({ ip }) => ip.slice(0, 8))
    },
  }
}

describe('what is said', () => {
  it('is of all addresses of a target, or of one', async () => {
    const { named, mark, unhealthy } = await aWorld()
    await mark(said(named, 'unhealthy'))
    expect(await unhealthy()).toEqual(['10.0.0.1', '10.0.0.2'])
    await mark(said(named, 'healthy', { address: '10.0.0.2:80' }))
    expect(await unhealthy()).toEqual(['10.0.0.1'])
  })

  it('finds an IPv6 address however it is written', async () => {
    const { world, v6, unhealthy } = await aWorld()
    const asDnsWritesIt = async (upstream: Parameters<Known['selection']>[0]) => {
      const { addresses, ...rest } = await world.upstreams.selection(upstream)
      return { ...rest, addresses: addresses.map((one) => ({ ...one, key: '[fd00::1]:80' })) }
    }
    await markTargets([said(v6, 'unhealthy', { address: '[fd00:0::1]:80' })], world.balancers, {
      selection: asDnsWritesIt,
    })
    expect(await unhealthy()).toEqual(['fd00:000'])
  })

  it('last is what counts, in whatever order it comes', async () => {
    const { named, mark, unhealthy } = await aWorld()
    const [first, second] = [said(named, 'unhealthy'), said(named, 'healthy', { address: '10.0.0.1:80' })]
    await mark(second, first)
    expect(await unhealthy()).toEqual(['10.0.0.2'])
  })

  it('of an address is newer than what is said of its target, though a clock that is ahead stamped that', async () => {
    const { named, mark, unhealthy } = await aWorld()
    const [address, whole] = [said(named, 'healthy', { address: '10.0.0.1:80' }), said(named, 'unhealthy')]
    await mark(address, whole)
    expect(await unhealthy()).toEqual(['10.0.0.2'])
  })

  it.each([
    ['another port', { address: '10.0.0.1:81' }],
    ['an address of another target', { address: '[fd00::1]:80' }],
  ])('of %s changes nothing', async (_, fields) => {
    const { named, mark, unhealthy } = await aWorld()
    await mark(said(named, 'unhealthy', fields))
    expect(await unhealthy()).toEqual([])
  })

  it('of a target that is gone, or of an upstream without checks, changes nothing', async () => {
    const { world, named, v6, mark, unhealthy } = await aWorld()
    world.serve(world.balancers.deleteTarget(v6.id))
    await mark(said(v6, 'unhealthy'))
    expect(await unhealthy()).toEqual([])
    const off = await aWorld({})
    await off.mark(said(off.named, 'unhealthy'), said(named, 'unhealthy'))
    expect(await off.unhealthy()).toEqual([])
  })
})
