import { describe, expect, it } from 'vitest'
import { capabilityKey, capabilityOf } from './capability.ts'
import { compileDowngrade } from './downgrade.ts'
import { anUpsert } from './fixtures.ts'
import { knownKinds } from './known-kinds.fixture.ts'
import { rules } from './rules.ts'

const controlPlane = { version: '3.4.2', plugins: [] }
const mark = anUpsert('target_health', { target: { id: 't' }, address: null, health: 'unhealthy' })
const unmark = { op: 'delete', kind: 'target_health', id: 'an-id' } as const
const target = anUpsert('targets', { target: '10.0.0.1:80', updated_at: null })

function nodeOf(dp: string, kinds?: readonly string[]) {
  const capability = capabilityOf(controlPlane, { version: dp, plugins: [], ...(kinds && { kinds }) })
  const { before, unknownKinds } = capability
  const downgrade = compileDowngrade(rules, before, { refuseInsecure: true, unknownKinds })
  return { key: capabilityKey(capability), downgrade }
}

describe('what somebody has set the health of a target to', () => {
  it.each(knownKinds)('reaches a node of $dp that says $says: $gets', ({ dp, says, gets }) => {
    const { downgrade } = nodeOf(dp, says)
    expect(downgrade.concerns('target_health')).toBe(!gets)
    const sent = { kind: 'sent', reductions: [] }
    expect(downgrade.apply(mark)).toEqual(
      gets
        ? { ...sent, change: mark }
        : { kind: 'omitted', reductions: [expect.objectContaining({ on: 'target_health' })] },
    )
    expect(downgrade.apply(unmark)).toEqual(
      gets ? { ...sent, change: unmark } : { kind: 'omitted', reductions: [] },
    )
    expect(downgrade.apply(target)).toMatchObject({ kind: 'sent', change: { op: 'upsert' } })
  })

  it('divides views only where it makes a difference', () => {
    const key = (dp: string, says?: readonly string[]) => nodeOf(dp, says).key
    expect(key('3.3.1', ['target_health'])).toBe(key('3.3.1'))
    expect(key('3.4.0', ['target_health'])).toBe(key('3.4.2', ['services', 'target_health', 'moons']))
    expect(key('3.4.0')).not.toBe(key('3.4.0', ['target_health']))
    expect(key('3.4.0')).not.toBe(key('3.3.1'))
  })
})
