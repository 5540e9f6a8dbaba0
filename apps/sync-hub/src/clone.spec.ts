import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cloneId, stillSpeaks } from './clone.ts'

const node = '22222222-2222-4222-8222-222222222222'

describe('the id of a clone', () => {
  it('is a UUID of its own for each process, and the same each time', () => {
    const id = cloneId({ nodeId: node, instance: 'a' })
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(cloneId({ nodeId: node, instance: 'a' })).toBe(id)
    expect(cloneId({ nodeId: node, instance: 'b' })).not.toBe(id)
    expect(cloneId({ nodeId: node.replace('2', '3'), instance: 'a' })).not.toBe(id)
  })
})

describe('whoever has the id of a node that came again', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'setInterval'] }))
  afterEach(() => void vi.useRealTimers())
  const { signal } = new AbortController()

  it.each<[string, number, number, boolean]>([
    ['speaks', 4000, Number.POSITIVE_INFINITY, true],
    ['says only what was on its way', 300, Number.POSITIVE_INFINITY, false],
    ['says nothing', Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, false],
    ['leaves before it says anything', 4000, 2000, false],
  ])('%s', async (_what, speaksAt, leavesAt, speaks) => {
    const began = Date.now()
    const passed = () => Date.now() - began
    let told: boolean | undefined
    const suspect = {
      lastHeard: () => (passed() >= speaksAt ? began + speaksAt : began - 1),
      isOver: () => passed() >= leavesAt,
    }
    const asked = stillSpeaks(suspect, signal).then((is) => {
      told = is
    })
    await vi.advanceTimersByTimeAsync(1500)
    expect(told).toBeUndefined()
    await vi.advanceTimersByTimeAsync(8000)
    await asked
    expect(told).toBe(speaks)
  })
})
