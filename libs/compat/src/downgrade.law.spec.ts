import { canonicalJson, type JsonObject } from '@biplane/entities'
import type { Change } from '@biplane/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { capabilityOf } from './capability.ts'
import { compileDowngrade, type Downgrade } from './downgrade.ts'
import { anUpsert } from './fixtures.ts'
import type { Rule } from './rule.ts'

/** Laws of `downgrade`, over random rules of every kind and random histories. Each was seen to fail on a mutant. */
describe('downgrade', () => {
  it('gives the same by a snapshot as by the deltas before it', () => {
    fc.assert(
      fc.property(someRules, someRelease, someHistory, (rules, before, history) => {
        const downgrade = compileDowngrade(rules, before, { refuseInsecure: false })
        const everything = new Map(history.map((change) => [key(change), change]))
        expect(follow(downgrade, history)).toEqual(follow(downgrade, everything.values()))
      }),
      { numRuns: 500 },
    )
  })

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(someRules, someRelease, someUpsert, (rules, before, change) => {
        const downgrade = compileDowngrade(rules, before, { refuseInsecure: false })
        const once = downgrade.apply(change)
        fc.pre(once.kind === 'sent')
        expect(downgrade.apply(once.change)).toEqual({ kind: 'sent', change: once.change, reductions: [] })
        expect(changeOf(downgrade, once.change)).toBe(once.change)
      }),
      { numRuns: 500 },
    )
  })

  it('goes back one release after the other, from the newest', () => {
    fc.assert(
      fc.property(someRules, someRelease, someUpsert, (rules, before, change) => {
        const whole = compileDowngrade(rules, before, { refuseInsecure: false }).apply(change)
        let stepwise: Change | 'refused' | 'omitted' = change
        for (const release of releases.toReversed().filter((r) => r >= before)) {
          const ofRelease = rules.filter(({ since }) => since === release)
          const step = compileDowngrade(ofRelease, release, { refuseInsecure: false })
          stepwise = typeof stepwise === 'string' ? stepwise : changeOf(step, stepwise)
        }
        expect(whole.kind === 'sent' ? whole.change : whole.kind).toEqual(stepwise)
      }),
      { numRuns: 500 },
    )
  })

  it('gives back the very change that it did not alter, so that its bytes can be used again', () => {
    fc.assert(
      fc.property(someRules, someRelease, someUpsert, (rules, before, change) => {
        const downgrade = compileDowngrade(rules, before, { refuseInsecure: false })
        const given = changeOf(downgrade, change)
        const same = typeof given !== 'string' && text(given) === text(change)
        expect(given === change).toBe(same)
        if (!downgrade.concerns(change.kind)) expect(same).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('leaves everything to nodes of the same version, whatever the rules say', () => {
    fc.assert(
      fc.property(someRules, someRelease, someUpsert, (rules, version, change) => {
        const side = { version, plugins: [] }
        const { before } = capabilityOf(side, { ...side, version: `${version}.0-rc.1` }, rules)
        expect(before).toBeNull()
        expect(changeOf(compileDowngrade(rules, before, { refuseInsecure: true }), change)).toBe(change)
      }),
    )
  })

  it('is the same for all versions of one capability', () => {
    fc.assert(
      fc.property(someRules, someRelease, someUpsert, (rules, version, change) => {
        const { before } = capabilityOf({ version: '3.9.0', plugins: [] }, { version, plugins: [] }, rules)
        const applying = rules.filter(({ since }) => since > version)
        const expected = compileDowngrade(applying, releases[0] ?? null, { refuseInsecure: false })
        const actual = compileDowngrade(rules, before, { refuseInsecure: false })
        expect(actual.apply(change)).toEqual(expected.apply(change))
      }),
    )
  })
})

const releases = ['3.1.0', '3.2.0', '3.3.0', '3.4.0', '3.5.0']
const someRelease = fc.constantFrom(...releases)

/**
 * Rules as a product could have them: what an older node gets instead never needs a release as new as the rule's. So a
 * mode of the number n came with release 3.n, and a newer name of a field with a newer release.
 */
const someRule = fc.oneof(
  fc.record({
    since: someRelease,
    on: fc.constantFrom('things', 'plugins', 'plugins/a', 'plugins/b'),
    added: fc.constant('field' as const),
    field: fc.constantFrom('f0', 'f1', 'deep.f'),
    older: fc.constantFrom('strip' as const, 'strip' as const, 'drop' as const, 'refuse' as const),
  }),
  fc.record({
    since: someRelease,
    on: fc.constantFrom('things', 'plugins/a'),
    added: fc.constant('fields' as const),
    fields: fc.constant(['t0', 't1']),
    when: fc.constant({ field: 'sort', value: 'x' }),
  }),
  fc.integer({ min: 1, max: 5 }).chain((mode) =>
    fc.record({
      since: fc.constant(`3.${mode}.0`),
      on: fc.constantFrom('things', 'plugins/a'),
      added: fc.constant('value' as const),
      field: fc.constant('mode'),
      value: fc.constant(mode),
      older: fc.oneof(
        fc.record({ use: fc.integer({ min: 0, max: mode - 1 }) }),
        fc.constantFrom('drop' as const, 'refuse' as const),
      ),
    }),
  ),
  fc.integer({ min: 1, max: 5 }).map((n) => ({
    since: `3.${n}.0`,
    on: 'things',
    renamed: `name${n}`,
    from: `name${n - 1}`,
  })),
  fc.record({
    since: someRelease,
    on: fc.constantFrom('things', 'plugins/b'),
    respelled: fc.constantFrom('text', 'deep.f'),
    replace: fc.constant('-'),
    by: fc.constantFrom('_', ''),
    when: fc.constant({ field: 'sort', value: 'y' }),
  }),
  // Once given back it stays: no other rule here takes it away again.
  fc.record({
    since: someRelease,
    on: fc.constantFrom('things', 'plugins/a'),
    replaced: fc.constant('number'),
    by: fc.constantFrom('deep.n', null),
    otherwise: fc.constantFrom(0, 3),
  }),
) satisfies fc.Arbitrary<Rule>

/** A kind comes once: two rules for it would say of two releases that they brought it. */
const someKindRule = fc.record({
  since: someRelease,
  on: fc.constant('novelties'),
  added: fc.constant('kind' as const),
  older: fc.constantFrom('drop' as const, 'refuse' as const, 'omit' as const),
}) satisfies fc.Arbitrary<Rule>

const someRules: fc.Arbitrary<readonly Rule[]> = fc
  .tuple(fc.array(someRule, { maxLength: 8 }), fc.option(someKindRule))
  .map(([rules, ofKind]) => (ofKind === null ? rules : [...rules, ofKind]))

const someFlag = fc.constantFrom(null, null, false, true, 1)
const someFields: fc.Arbitrary<JsonObject> = fc.record(
  {
    sort: fc.constantFrom('x', 'y'),
    f0: someFlag,
    f1: someFlag,
    t0: someFlag,
    t1: someFlag,
    deep: fc.oneof(fc.record({ f: someFlag, n: someFlag }), fc.constantFrom(null, 7)),
    number: fc.constantFrom(null, '2', 2),
    mode: fc.integer({ min: 0, max: 5 }),
    text: fc.constantFrom('a-b--', 'a_b'),
    name0: fc.constant('n'),
    name3: fc.constant('n'),
    name5: fc.constant('n'),
  },
  { requiredKeys: [] },
)

const someUpsert = fc
  .record({
    kind: fc.constantFrom('things', 'things', 'plugins', 'novelties'),
    id: fc.constantFrom('1', '2', '3'),
    fields: someFields,
    name: fc.constantFrom('a', 'b', 'c'),
    config: someFields,
  })
  .map(({ kind, id, fields, name, config }) => anUpsert(kind, { ...fields, name, config }, id))

const someHistory: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: someUpsert },
    { weight: 1, arbitrary: someUpsert.map(({ kind, id }): Change => ({ op: 'delete', kind, id })) },
  ),
  { maxLength: 20 },
)

/** What a node of the view holds after the changes, and the entities for which it is sent nothing at all. */
function follow(downgrade: Downgrade, changes: Iterable<Change>) {
  const held = new Map<string, string>()
  const refused = new Set<string>()
  for (const change of changes) {
    const given = changeOf(downgrade, change)
    if (given === 'refused') {
      refused.add(key(change))
      held.delete(key(change))
      continue
    }
    refused.delete(key(change))
    if (given === 'omitted') continue
    // Nothing leaves a node but by a delete that it is sent.
    if (given.op === 'upsert') held.set(key(given), text(given))
    else held.delete(key(given))
  }
  return { held: new Map([...held].toSorted()), refused: new Set([...refused].toSorted()) }
}

function changeOf(downgrade: Downgrade, change: Change): Change | 'refused' | 'omitted' {
  const downgraded = downgrade.apply(change)
  return downgraded.kind === 'sent' ? downgraded.change : downgraded.kind
}

function key({ kind, id }: Change): string {
  return `${kind}/${id}`
}

function text(change: Change): string {
  return change.op === 'delete' ? 'deleted' : canonicalJson(change.entity)
}
