import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { recurring } from './recurring.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const clock = (): number => performance.now()

/** When something recurs, from now on. */
function seen(everyMs: number, options: { random?: number; takesMs?: number } = {}) {
  const { random = 0, takesMs = 0 } = options
  const start = clock()
  const at: number[] = []
  const stopping = new AbortController()
  const work = async (): Promise<void> => {
    at.push(Math.round(clock() - start))
    if (takesMs > 0) await new Promise((resolve) => setTimeout(resolve, takesMs))
  }
  recurring(everyMs, work, { clock, random: () => random, signal: stopping.signal })
  return { at, stop: () => stopping.abort() }
}

describe('what recurs', () => {
  it('begins anywhere in its time, and keeps its distance', async () => {
    const { at } = seen(1000, { random: 0.25 })
    await vi.advanceTimersByTimeAsync(3500)
    expect(at).toEqual([250, 1250, 2250, 3250])
  })

  it('is not begun again before it is done, and keeps to its points of time', async () => {
    const { at } = seen(100, { takesMs: 250 })
    await vi.advanceTimersByTimeAsync(950)
    expect(at).toEqual([0, 300, 600, 900])
  })

  it('leaves out what passed while nothing could be done', async () => {
    const late = { ms: 0 }
    const at: number[] = []
    const work = async (): Promise<void> => {
      at.push(clock() + late.ms)
    }
    const begun = clock()
    recurring(100, work, {
      clock: () => clock() + late.ms,
      random: () => 0,
      signal: new AbortController().signal,
    })
    await vi.advanceTimersByTimeAsync(150)
    late.ms = 730
    await vi.advanceTimersByTimeAsync(300)
    expect(at.map((ms) => Math.round(ms - begun))).toEqual([0, 100, 930, 1000, 1100])
  })

  it('ends with its signal, and leaves nothing behind', async () => {
    const { at, stop } = seen(100)
    await vi.advanceTimersByTimeAsync(150)
    stop()
    await vi.advanceTimersByTimeAsync(1000)
    expect(at).toEqual([0, 100])
    expect(vi.getTimerCount()).toBe(0)
  })
})
