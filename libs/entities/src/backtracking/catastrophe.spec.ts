import { RegExpParser } from '@eslint-community/regexpp'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pcreToRegExp } from '../pcre.ts'
import { catastropheIn } from './catastrophe.ts'
import { EVIL, GOOD } from './fixtures/patterns.ts'
import { countedMatcher } from './matcher.ts'

const matcherOf = (pattern: string) => {
  const { source, flags } = pcreToRegExp(pattern)
  const leaves = new Map<string, RegExp>()
  return countedMatcher(new RegExpParser().parsePattern(source), ({ raw }, char) => {
    const leaf = leaves.get(raw) ?? new RegExp(`^${raw}$`, flags)
    leaves.set(raw, leaf)
    return leaf.test(char)
  })
}

/** Each example is quick; a busy machine is not. */
const PATIENCE = 120_000

describe('catastropheIn', () => {
  it.each(EVIL)('finds %s', (_, pattern, part) => {
    expect(catastropheIn(pattern)?.part).toBe(part)
  })

  it.each(GOOD)('finds none in %s', (_, pattern) => {
    expect(catastropheIn(pattern)).toBeUndefined()
  })

  it.each(EVIL)('proves %s: the steps double with each pump, and no match is found', (_, pattern) => {
    const found = catastropheIn(pattern)
    const { prefix, pump, suffix } = found?.attack ?? { prefix: '', pump: '', suffix: '' }
    const match = matcherOf(pattern)
    const [before, after] = [5, 7].map((pumps) => match(prefix + pump.repeat(pumps) + suffix, 10_000_000))
    if (before === undefined || before === 'over' || after === undefined || after === 'over')
      throw new Error('too many steps')
    expect([before.matched, after.matched]).toEqual([false, false])
    // A polynomial of the third degree would make it 2.7 times as many.
    expect(after.steps / before.steps).toBeGreaterThan(3)
  })

  it.each([
    ['a back reference', '^(a+)+\\1$'],
    ['what came before', '^(a+)+(?<=b)$'],
    ['what is too long', `^(a+)+${'b'.repeat(1000)}$`],
    ['what is too deep', `^${'('.repeat(60)}a+${')'.repeat(60)}+$`],
    ['repetitions of repetitions that are empty', `^${'('.repeat(30)}${'){15}'.repeat(30)}$`],
    ['many places that all follow each other', `^(${'a?'.repeat(200)})*$`],
    ['many alternatives', `^(${Array.from({ length: 150 }, (_, i) => `a${i}.*`).join('|')})*$`],
    ['large repetitions', '^((a{1,15}){1,15}){1,15}b$'],
    ['many empty groups, which take room of the stack each', `(((${`a${'()'.repeat(45)}`.repeat(10)})+)+b)`],
    ['many assertions in one loop', `(a|a${'\\B'.repeat(400)})*b`],
  ])('does not take long over %s', (_, pattern) => {
    const began = performance.now()
    catastropheIn(pattern)
    expect(performance.now() - began).toBeLessThan(5000)
  })
})

/** Of few characters, so that they meet, and with groups that are repeated: one in three is a catastrophe. */
const pattern = groups(groups(one()))

function one(): fc.Arbitrary<string> {
  return quantified(fc.constantFrom('a', 'b', '[ab]', '.'), ['', '', '*', '+', '?', '{2}', '{0,2}'])
}

function groups(inner: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const row = fc.array(fc.oneof(inner, one()), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''))
  const alternatives = fc.array(row, { minLength: 1, maxLength: 2 }).map((rows) => `(${rows.join('|')})`)
  return quantified(alternatives, ['', '*', '+', '?', '+?', '{1,2}'])
}

function quantified(what: fc.Arbitrary<string>, signs: readonly string[]): fc.Arbitrary<string> {
  return fc.tuple(what, fc.constantFrom(...signs)).map((both) => both.join(''))
}

const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 })

describe('the counted matcher', () => {
  it(
    'matches what the engine matches',
    () => {
      fc.assert(
        fc.property(pattern, text, (source, of) => {
          const outcome = matcherOf(`^(?:${source})$`)(of, 50_000)
          expect(outcome === 'over' || outcome.matched).toBe(
            outcome === 'over' || new RegExp(`^(?:${source})$`).test(of),
          )
        }),
        { numRuns: 1000 },
      )
    },
    PATIENCE,
  )
})

describe('a pattern that passes', () => {
  /** All short texts over what the patterns tell apart: a pattern of this size that has a pump has one among them. */
  const MOST = 50_000
  const SEED = 1
  const PUMPS = [1, 2, 3].flatMap((length) => words(length))

  it(
    'takes no time that doubles with each repetition of a text',
    () => {
      fc.assert(
        fc.property(pattern, fc.boolean(), (inner, isAnchored) => {
          const source = isAnchored ? `^(${inner})$` : `(${inner})c`
          if (catastropheIn(source) !== undefined) return
          const match = matcherOf(source)
          // What matches a text tells nothing of how long it takes to find that another one does not.
          const stepsOf = (of: string) => {
            const outcome = match(of, MOST)
            if (outcome === 'over') return MOST
            return outcome.matched ? 0 : outcome.steps
          }
          const costs = PUMPS.map((pump) => [pump, stepsOf(`${pump.repeat(5)}x`)] as const)
          const [[pump] = ['']] = costs.toSorted(([, a], [, b]) => b - a)
          const [early = 0, late = 0] = [6, 10].map((pumps) => stepsOf(`${pump.repeat(pumps)}x`))
          fc.pre(early > 0)
          // Four more make it sixteen times as many where each doubles them; (10/6)^5, more than small patterns reach, is 12.9.
          expect([source, pump, late / early < 13.5]).toEqual([source, pump, true])
        }),
        // Always the same patterns: one in thousands is a catastrophe that cannot be proved in the time there is, and passes.
        { numRuns: 300, seed: SEED },
      )
    },
    PATIENCE,
  )
})

function words(length: number): readonly string[] {
  return length === 0 ? [''] : words(length - 1).flatMap((word) => [`${word}a`, `${word}b`])
}
