import { describe, expect, it } from 'vitest'
import { anAddress, aTurn, choicesOf } from './fixtures/addresses.ts'
import { latency, measured, startAmong } from './latency.ts'

const now = 1_700_000_000_000

describe('latency', () => {
  it('prefers what answered faster, until that is long ago', () => {
    const [fast, slow] = [anAddress(1), anAddress(2)]
    fast.state.latency = { average: 10, at: now }
    slow.state.latency = { average: 100, at: now }
    const choose = latency(choicesOf([fast, slow]))
    expect(choose(aTurn({ now }))).toBe(fast)
    fast.state.latency = { average: 10, at: now + 60_000 }
    expect(choose(aTurn({ now: now + 60_000 }))).toBe(slow)
  })

  it('takes weight for speed', () => {
    const [light, heavy] = [anAddress(1, 1), anAddress(2, 10)]
    light.state.latency = { average: 10, at: now }
    heavy.state.latency = { average: 50, at: now }
    expect(latency(choicesOf([light, heavy]))(aTurn({ now }))).toBe(heavy)
  })
})

describe('an average', () => {
  it.each([
    ['is the first answer', { average: 0, at: 0 }, 40, 40],
    ['ignores a second answer of the same moment', { average: 40, at: now }, 90, 40],
    ['has lost all but a good third after ten seconds', { average: 100, at: now - 10_000 }, 0, 36.8],
  ])('%s', (_what, before, took, after) => {
    expect(measured(before, took, now).average).toBeCloseTo(after, 1)
  })

  it('of one that joins others is theirs', () => {
    expect(
      startAmong(
        [
          { average: 10, at: 1 },
          { average: 30, at: 2 },
        ],
        now,
      ),
    ).toEqual({ average: 20, at: now })
    expect(startAmong([], now)).toEqual({ average: 0, at: 0 })
  })
})
