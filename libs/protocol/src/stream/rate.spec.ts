import { describe, expect, it } from 'vitest'
import { Rate } from './rate.ts'

const tooMany = 'more than 3 messages in 10 s'

describe('a rate', () => {
  it('takes so many in its time, however close together, and no more', () => {
    const rate = new Rate({ most: 3, seconds: 10 })
    for (const now of [50_000, 50_000, 50_000]) rate.count(now)
    expect(() => rate.count(59_999)).toThrow(tooMany)
  })

  it('begins anew with the next time', () => {
    const rate = new Rate({ most: 3, seconds: 10 })
    for (const now of [0, 1, 9_999, 10_000, 10_001, 19_999]) rate.count(now)
    expect(() => rate.count(19_999)).toThrow(tooMany)
    rate.count(40_000)
  })
})
