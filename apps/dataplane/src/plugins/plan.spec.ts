import { describe, expect, it } from 'vitest'
import type { PluginInstance, Scope } from './instance.ts'
import { PluginPlan } from './plan.ts'

const ROUTE = { compiled: 'route' }
const subject = { route: 'r', service: 's', consumer: null }

function instance(
  id: string,
  scope: Partial<Record<Scope, string>> = {},
  name = 'p',
  priority = 1,
): PluginInstance {
  return { id, name, priority, scope: { route: null, service: null, consumer: null, ...scope }, handler: {} }
}

function planOf(...instances: PluginInstance[]): PluginPlan {
  return instances.reduce((plan, each) => plan.upsert(each), PluginPlan.empty)
}

const ids = (chain: readonly (PluginInstance | undefined)[]) => chain.map((each) => each?.id)

const bySpecificity = [
  instance('route+service+consumer', { route: 'r', service: 's', consumer: 'c' }),
  instance('route+consumer', { route: 'r', consumer: 'c' }),
  instance('service+consumer', { service: 's', consumer: 'c' }),
  instance('route+service', { route: 'r', service: 's' }),
  instance('consumer', { consumer: 'c' }),
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
})
