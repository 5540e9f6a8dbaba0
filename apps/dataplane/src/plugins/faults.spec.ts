import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { inTime, PATIENCE_MS } from './faults.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('what a plugin promises', () => {
  it('is waited for', async () => {
    const { promise, resolve } = Promise.withResolvers<string>()
    const waiting = inTime(promise)
    vi.advanceTimersByTime(PATIENCE_MS - 1)
    resolve('verdict')
    expect(await waiting).toBe('verdict')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is waited for no longer than a minute, and may fail unheard afterwards', async () => {
    const { promise, reject } = Promise.withResolvers<string>()
    const waiting = expect(inTime(promise)).rejects.toThrow('it has not ended after 60 seconds')
    vi.advanceTimersByTime(PATIENCE_MS)
    await waiting
    reject(new Error('too late'))
  })
})
