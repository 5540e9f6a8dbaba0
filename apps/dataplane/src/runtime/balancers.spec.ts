import type { Target, Upstream } from '@biplane/entities'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigAuthor } from '../fixtures/config-author.ts'
import { Balancers } from './balancers.ts'

const author = new ConfigAuthor()
// What the author makes of a kind is one.
const upstream = (name: string, fields = {}): Upstream =>
  author.put('upstreams', { name, ...fields }) as Upstream
const target = ({ id }: Upstream, text: string): Target =>
  author.put('targets', { upstream: { id }, target: text }) as Target

function targetsOf(balancers: Balancers, name: string): string[] | undefined {
  const found = balancers.named(name)
  return found && [...found.targets.values()].map((one) => one.target).sort()
}

describe('Balancers', () => {
  it('know upstreams by name, with their targets, whichever comes first', () => {
    const u = upstream('a.internal')
    const [first, second] = [target(u, '10.0.0.1:80'), target(u, '10.0.0.2')]
    const balancers = Balancers.empty.putTarget(first).putUpstream(u).putTarget(second)
    expect(targetsOf(balancers, 'a.internal')).toEqual(['10.0.0.1:80', '10.0.0.2:8000'])
    expect(balancers.named('b.internal')).toBeUndefined()
  })

  it('keep the same object for what does not change', () => {
    const [a, b] = [upstream('a.internal'), upstream('b.internal')]
    const before = Balancers.empty.putUpstream(a).putUpstream(b)
    const after = before.putTarget(target(a, '10.0.0.1:80'))
    expect(after.named('b.internal')).toBe(before.named('b.internal'))
    expect(after.named('a.internal')).not.toBe(before.named('a.internal'))
  })

  it('let two upstreams change their names for each other', () => {
    const [a, b] = [upstream('a.internal'), upstream('b.internal')]
    const both = Balancers.empty.putUpstream(a).putUpstream(b)
    const changed = both.putUpstream({ ...a, name: 'b.internal' }).putUpstream({ ...b, name: 'a.internal' })
    expect(changed.named('a.internal')?.fields.id).toBe(b.id)
    expect(changed.named('b.internal')?.fields.id).toBe(a.id)
  })

  it('take a target from one upstream to another', () => {
    const [a, b] = [upstream('a.internal'), upstream('b.internal')]
    const one = target(a, '10.0.0.1:80')
    const balancers = Balancers.empty.putUpstream(a).putUpstream(b).putTarget(one)
    const moved = balancers.putTarget({ ...one, upstream: { id: b.id } })
    expect([targetsOf(moved, 'a.internal'), targetsOf(moved, 'b.internal')]).toEqual([[], ['10.0.0.1:80']])
  })

  it('are what is left, in whatever order things came and went', () => {
    const upstreams = ['a', 'b'].map((name) => upstream(`${name}.internal`))
    const targets = upstreams.flatMap((one) =>
      ['10.0.0.1:80', '10.0.0.2:80'].map((text) => target(one, text)),
    )
    const entity = fc.constantFrom(...upstreams, ...targets)
    fc.assert(
      fc.property(
        fc.array(fc.record({ entity, put: fc.boolean() }), { maxLength: 40, size: 'max' }),
        (steps) => {
          let balancers = Balancers.empty
          const left = new Set<Upstream | Target>()
          for (const { entity, put } of steps) {
            if (put) left.add(entity)
            else left.delete(entity)
            if ('target' in entity)
              balancers = put ? balancers.putTarget(entity as Target) : balancers.deleteTarget(entity.id)
            else
              balancers = put
                ? balancers.putUpstream(entity as Upstream)
                : balancers.deleteUpstream(entity.id)
          }
          for (const one of upstreams) {
            const its = targets.filter((each) => each.upstream.id === one.id && left.has(each))
            const expected = left.has(one) ? its.map((each) => each.target).sort() : undefined
            expect(targetsOf(balancers, one.name)).toEqual(expected)
          }
        },
      ),
    )
  })
})
