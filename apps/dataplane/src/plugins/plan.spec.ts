import { describe, expect, it } from 'vitest'
import { ConsumerGroups } from './consumer-groups.ts'
import type { PluginInstance, Scope } from './instance.ts'
import { PluginPlan } from './plan.ts'

const ROUTE = { compiled: 'route' }
/** The consumer `c` is in two groups, of which `g` comes first by its name. */
const GROUPS = ConsumerGroups.empty
  .join('m1', { consumer: 'c', group: 'late' })
  .join('m2', { consumer: 'c', group: 'g' })
  .name('late', 'silver')
  .name('g', 'gold')

const subject = { route: 'r', service: 's', consumer: null }

function instance(
  id: string,
  scope: Partial<Record<Scope, string>> = {},
  name = 'p',
  priority = 1,
): PluginInstance {
  const unlimited = { route: null, service: null, consumer: null, consumer_group: null }
  return { id, name, priority, scope: { ...unlimited, ...scope }, handler: {}, told: new Map() }
}

function planOf(...instances: PluginInstance[]): PluginPlan {
  return instances.reduce((plan, each) => plan.upsert(each), PluginPlan.empty.withGroups(GROUPS))
}

const ids = (chain: readonly (PluginInstance | undefined)[]) => chain.map((each) => each?.id)

const bySpecificity = [
  instance('route+service+consumer', { route: 'r', service: 's', consumer: 'c' }),
  instance('route+service+group', { route: 'r', service: 's', consumer_group: 'g' }),
  instance('route+consumer', { route: 'r', consumer: 'c' }),
  instance('service+consumer', { service: 's', consumer: 'c' }),
  instance('route+group', { route: 'r', consumer_group: 'g' }),
  instance('service+group', { service: 's', consumer_group: 'g' }),
  instance('route+service', { route: 'r', service: 's' }),
  instance('consumer', { consumer: 'c' }),
  instance('group', { consumer_group: 'g' }),
  instance('late group', { consumer_group: 'late' }),
  instance('route', { route: 'r' }),
  instance('service', { service: 's' }),
  instance('global'),
]

describe('PluginPlan', () => {
  it.each(bySpecificity.map((winner, i) => [winner.id, bySpecificity.slice(i)] as const))(
    '%s wins over all that are less specific',
    (id, candidates) => {
      const plan = planOf(...candidates.toReversed())
      expect(ids(plan.chain(ROUTE, { ...subject, consumer: 'c' }))).toEqual([id])
    },
  )

  it('knows whether any of them shows the health of upstreams', () => {
    const showing = (id: string): PluginInstance => ({ ...instance(id), handler: { showsHealth: true } })
    const plan = planOf(instance('a'), showing('b'), showing('c'))
    expect(planOf(instance('a')).showsHealth).toBe(false)
    expect(plan.showsHealth).toBe(true)
    expect(plan.delete('b').showsHealth).toBe(true)
    expect(plan.delete('b').delete('c').showsHealth).toBe(false)
    expect(plan.delete('b').upsert(instance('c')).showsHealth).toBe(false)
  })

  it('leaves out what is scoped to others', () => {
    const plan = planOf(instance('other', { route: 'other' }), instance('of-consumer', { consumer: 'c' }))
    expect(ids(plan.chain(ROUTE, subject))).toEqual([undefined])
  })

  it('orders plugins by priority, then by name, descending', () => {
    const plan = planOf(
      instance('1', {}, 'low', 1),
      instance('2', {}, 'a', 5),
      instance('3', {}, 'b', 5),
      instance('4', {}, 'high', 9),
    )
    expect(ids(plan.chain(ROUTE, subject))).toEqual(['4', '3', '2', '1'])
  })

  it('has the same places for every chain, so that a request can change chains midway', () => {
    const plan = planOf(instance('1', {}, 'auth', 9), instance('2', { consumer: 'c' }, 'limit', 5))
    expect(ids(plan.chain(ROUTE, subject))).toEqual(['1', undefined])
    expect(ids(plan.chain(ROUTE, { ...subject, consumer: 'c' }))).toEqual(['1', '2'])
  })

  it('gives only global plugins where no route matched', () => {
    const plan = planOf(instance('g'), instance('r', { route: 'r' }, 'q'))
    expect(ids(plan.chain(null, { route: null, service: null, consumer: null }))).toContain('g')
    expect(ids(plan.chain(null, { route: null, service: null, consumer: null }))).not.toContain('r')
  })

  it('works a chain out once', () => {
    const plan = planOf(instance('g'))
    expect(plan.chain(ROUTE, subject)).toBe(plan.chain(ROUTE, subject))
  })

  it('keeps an instance whose scope was taken over before the old one is deleted', () => {
    const plan = planOf(instance('old'), instance('new')).delete('old')
    expect(ids(plan.chain(ROUTE, subject))).toEqual(['new'])
  })

  it('is unchanged by what is made from it', () => {
    const plan = planOf(instance('1'))
    plan.delete('1').upsert(instance('2', { route: 'r' }))
    expect(ids(plan.chain(ROUTE, subject))).toEqual(['1'])
    expect(ids(plan.delete('1').chain(ROUTE, subject))).toEqual([])
  })

  it('moves an instance when its scope changes', () => {
    const plan = planOf(instance('1')).upsert(instance('1', { route: 'other' }))
    expect(ids(plan.chain(ROUTE, subject))).toEqual([undefined])
  })

  it('is for those in a group only, and follows who joins and leaves', () => {
    const plan = planOf(instance('gold', { consumer_group: 'g' }), instance('all'))
    const of = (each: PluginPlan, consumer: string | null) => ids(each.chain(ROUTE, { ...subject, consumer }))
    expect(of(plan, 'c')).toEqual(['gold'])
    expect(of(plan, 'd')).toEqual(['all'])
    expect(of(plan, null)).toEqual(['all'])
    expect(of(plan.withGroups(plan.groups.leave('m2')), 'c')).toEqual(['all'])
    expect(of(plan.withGroups(plan.groups.join('m3', { consumer: 'd', group: 'g' })), 'd')).toEqual(['gold'])
    expect(of(plan.delete('gold'), 'c')).toEqual(['all'])
  })

  it('asks groups in the order of their names, whatever they are called by then', () => {
    const plan = planOf(
      instance('gold', { consumer_group: 'g' }),
      instance('silver', { consumer_group: 'late' }),
    )
    const renamed = plan.withGroups(plan.groups.name('late', 'bronze'))
    expect(ids(plan.chain(ROUTE, { ...subject, consumer: 'c' }))).toEqual(['gold'])
    expect(ids(renamed.chain(ROUTE, { ...subject, consumer: 'c' }))).toEqual(['silver'])
  })

  it('keeps a membership that was made anew before the old one is deleted', () => {
    const groups = GROUPS.join('m3', { consumer: 'c', group: 'g' }).leave('m2')
    expect(groups.inOrder('c')).toEqual(['g', 'late'])
    expect(groups.namesOf('c')).toEqual(['gold', 'silver'])
    expect(groups.leave('m3').leave('m1').idsOf('c')).toEqual([])
    expect(groups.leave('unknown')).toBe(groups)
  })
})
