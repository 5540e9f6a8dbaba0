import { describe, expect, it } from 'vitest'
import { type Condition, type ConditionOptions, conditionOf, describeCondition, isMet } from './condition.ts'
import { aFleet, aNode } from './fixtures.ts'

const inSync = aNode()
const behind = aNode({ state: 'behind' })
const offline = aNode({ state: 'offline' })

const condition = (more: Partial<Condition> = {}): Condition => ({
  state: 'in_sync',
  atLeast: 0,
  ignoreOffline: false,
  ...more,
})

describe('that all nodes be in sync', () => {
  it.each<[string, ReturnType<typeof aFleet>, Partial<Condition>, boolean, string]>([
    ['all are', aFleet(inSync, inSync), {}, true, 'in_sync: 2 of 2 nodes'],
    ['one is not', aFleet(inSync, behind), {}, false, 'in_sync: 1 of 2 nodes'],
    ['one is gone', aFleet(inSync, offline), {}, false, 'in_sync: 1 of 2 nodes'],
    [
      'one is gone and does not count',
      aFleet(inSync, offline),
      { ignoreOffline: true },
      true,
      'in_sync: 1 of 1 node',
    ],
    ['there is none', aFleet(), {}, true, 'in_sync: 0 of 0 nodes'],
    ['there is none and one is wanted', aFleet(), { atLeast: 1 }, false, 'in_sync: 0 of 1 node'],
    ['there are too few', aFleet(inSync), { atLeast: 3 }, false, 'in_sync: 1 of 3 nodes'],
    ['there are more than enough', aFleet(inSync, inSync), { atLeast: 1 }, true, 'in_sync: 2 of 2 nodes'],
  ])('%s', (_what, fleet, more, met, told) => {
    expect([isMet(fleet, condition(more)), describeCondition(fleet, condition(more))]).toEqual([met, told])
  })
})

it('can be that all nodes be offline', () => {
  expect(isMet(aFleet(offline), condition({ state: 'offline' }))).toBe(true)
  expect(isMet(aFleet(offline, inSync), condition({ state: 'offline' }))).toBe(false)
})

describe('the options', () => {
  it.each<[string, ConditionOptions, Condition | undefined]>([
    ['ask nothing', {}, undefined],
    ['check', { check: true }, condition()],
    ['wait for at least one node', { waitFor: 'offline' }, condition({ state: 'offline', atLeast: 1 })],
    [
      'count as they are told',
      { check: true, atLeast: 4, ignoreOffline: true },
      condition({ atLeast: 4, ignoreOffline: true }),
    ],
  ])('%s', (_what, options, expected) => {
    expect(conditionOf(options)).toEqual(expected)
  })

  it.each<[ConditionOptions]>([
    [{ timeout: 5 }],
    [{ check: true, timeout: 5 }],
    [{ atLeast: 2 }],
    [{ ignoreOffline: true }],
  ])('are wrong where %j stands alone', (options) => {
    expect(() => conditionOf(options)).toThrow(expect.objectContaining({ name: 'Failure', exitCode: 2 }))
  })
})
