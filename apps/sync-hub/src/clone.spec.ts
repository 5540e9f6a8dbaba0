import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { stillSpeaks } from './clone.ts'

describe('whoever has the id of a node that came again', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setInterval'] }))
  afterEach(() => void vi.useRealTimers())
  const { signal } = new AbortController()

  it.each<[string, number, number, boolean]>([
    ['speaks', 4000, Number.POSITIVE_INFINITY, true],
    ['says only what was on its way', 300, Number.POSITIVE_INFINITY, false],
    ['says nothing', Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, false],
    ['leaves before it says anything', 4000, 2000, false],
  ])('%s', async (_what, speaksAt, leavesAt, speaks) => {
    const began = performance.now()
    const passed = () => performance.now() - began
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
