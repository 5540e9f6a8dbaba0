import { RegExpParser } from '@eslint-community/regexpp'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pcreToRegExp } from '../pcre.ts'
import { BoundedRegex, isPlainlyLinear } from './bounded-regex.ts'
import { EVIL, GOOD } from './fixtures/patterns.ts'
import { isLinear } from './linear.ts'
import { countedMatcher } from './matcher.ts'
import { programOf } from './program.ts'
import { runProgram } from './run-program.ts'

const anchored = (pattern: string) => new BoundedRegex(new RegExp(`^(?:${pattern})`))

describe('what the platform matches in linear time', () => {
  it.each([
    '/users/\\d+/orders',
    '/users/(\\d+)/orders/([a-z]+)$',
    '/[^/]+/[^/]+/x',
    '/v[12]/.*$',
    '/.*\\.json$',
    '/(users|groups)/(?<id>[0-9a-f-]+)',
    '/a(b)?(c)?',
    '/(?!admin)\\w+$',
  ])('%s', (pattern) => {
    expect(anchored(pattern).isLinear).toBe(true)
  })

  it.each([
    ['a loop that doubles', '(a+)+$'],
    ['a loop after a loop of the same', '.*a.*b'],
    ['a class that overlaps with another', '\\d+\\w*x'],
    ['optional ones that are many', `${'a?'.repeat(20)}b`],
    ['a look ahead in a loop', '(?:(?!.*x)a)*'],
    ['a back reference', '(a+)\\1b'],
    ['what came before', '.*(?<=a)b'],
  ])('is not %s', (_, pattern) => {
    expect(anchored(pattern).isLinear).toBe(false)
  })

  it('is judged with what may stand before a match, where it may begin anywhere', () => {
    expect(new BoundedRegex(/\d+x/).isLinear).toBe(false)
    expect(new BoundedRegex(/^\d+x/).isLinear).toBe(true)
  })
})

const piece = fc.constantFrom(
  ...['a', 'b', '[ab]', '[^a]', '.', '\\w', '\\b', '^', '$', '()', '(?=a)', '(?!ab)', '(?<=a)', '(?<!b)'],
)
const quantified = (what: fc.Arbitrary<string>) =>
  fc
    .tuple(what, fc.constantFrom('', '', '*', '+', '?', '*?', '+?', '{2}', '{0,2}', '{1,}'))
    .map(([text, sign]) => (/^(\\b|[\^$]|\(\?<)/.test(text) ? text : text + sign))
const row = (inner: fc.Arbitrary<string>) => fc.array(inner, { maxLength: 3 }).map((parts) => parts.join(''))
const group = (inner: fc.Arbitrary<string>) =>
  fc
    .tuple(fc.constantFrom('(', '(', '(?:'), row(inner), fc.option(row(inner)))
    .map(([open, a, b]) => `${open}${b === null ? a : `${a}|${b}`})`)
const flat = quantified(piece)
const plainPiece = quantified(fc.constantFrom('a', 'b', '[ab]', '[^a]', '.'))
const plain = row(
  fc.oneof(plainPiece, quantified(group(fc.oneof(plainPiece, quantified(group(plainPiece)))))),
)
/** What refers back is tried in all its ways, so there are fewer. */
const referring = row(fc.oneof(group(flat), flat, fc.constant('\\1')))
const pattern = fc.oneof(
  referring,
  row(fc.oneof(flat, quantified(group(fc.oneof(flat, quantified(group(flat))))))),
)
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '\n'), maxLength: 8 })

describe('the engine that remembers', () => {
  it('finds what the platform finds, groups and all', () => {
    fc.assert(
      fc.property(pattern, text, fc.constantFrom('', 'i', 's', 'm'), (source, subject, flags) => {
        const regex = new RegExp(source, flags)
        const expected = regex.exec(subject)
        const program = programOf(new RegExpParser().parsePattern(regex.source), flags)
        const slots = runProgram(program, subject)
        const found =
          slots &&
          Array.from({ length: program.groups + 1 }, (_, i) => {
            const [from = -1, to = -1] = slots.slice(2 * i, 2 * i + 2)
            return from < 0 || to < 0 ? undefined : subject.slice(from, to)
          })
        expect(found).toEqual(expected === null ? undefined : [...expected])
        expect(slots?.[0]).toBe(expected?.index)
      }),
      { numRuns: 1000 },
    )
  })

  it.each([...EVIL, ...GOOD].map(([what, source]) => [what, source]))('knows %s', (_, source) => {
    const regex = pcreToRegExp(source)
    const program = programOf(new RegExpParser().parsePattern(regex.source), regex.flags)
    for (const subject of ['', 'aaaaab', '/accts/12/details', 'foo bar', 'a@b.example.com', '/tags/a,b,cc']) {
      const found = regex.exec(subject)
      const slots = runProgram(program, subject)
      expect(slots?.slice(0, 2)).toEqual(
        found === null ? undefined : [found.index, found.index + found[0].length],
      )
    }
  })
})

describe('BoundedRegex', () => {
  it.each(EVIL)('ends soon with %s, though the text is long', (_, source) => {
    const { source: translated, flags } = pcreToRegExp(source)
    const regex = new BoundedRegex(new RegExp(`^(?:${translated})`, flags))
    for (const subject of [`${'a'.repeat(8000)}!`, '/files'.repeat(1300), `${'1.'.repeat(4000)}x`])
      expect(() => regex.exec(subject)).not.toThrow()
  })

  it('gives a match in whichever engine the same way', () => {
    const linear = anchored('/v(?<major>\\d)(x)?')
    const other = anchored('/v(?<major>\\d)(x)?(?<rest>.*a.*b)?')
    expect([linear.isLinear, other.isLinear]).toEqual([true, false])
    expect(linear.exec('/v2/')).toEqual({
      ...{ text: '/v2', index: 0, groups: ['2', undefined], named: { major: '2' } },
    })
    expect(other.exec('/v2ab')).toEqual({
      ...{ text: '/v2ab', index: 0, groups: ['2', undefined, 'ab'], named: { major: '2', rest: 'ab' } },
    })
  })

  it('refuses what is too large when it is written out', () => {
    expect(() => anchored('(a{1000}){1000}\\1').prepare()).toThrow(SyntaxError)
  })

  it.each([
    ['groups that have no end for who goes through them', `${'(?:'.repeat(4000)}a${')+'.repeat(4000)}`],
    ['more groups than the platform finds room for', `${'('.repeat(20_000)}a${')'.repeat(20_000)}`],
  ])('refuses %s, before there is a text to match', (_, source) => {
    expect(() => new BoundedRegex(new RegExp(source)).prepare()).toThrow(SyntaxError)
  })

  it('gives up rather than stall where nothing can be remembered', () => {
    expect(anchored('(a*)*(a*)*\\1b').exec('a'.repeat(5000))).toBeNull()
  })
})

describe('isLinear', () => {
  it.each(EVIL)('is not said of %s', (_, source) => {
    expect(new BoundedRegex(pcreToRegExp(source)).isLinear).toBe(false)
  })

  it('is said only of what takes few steps on any text', () => {
    const words = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 30, maxLength: 60 })
    const repeated = fc.tuple(words, fc.constantFrom('', '!')).map((parts) => parts.join(''))
    fc.assert(
      fc.property(plain, fc.oneof(repeated, fc.constant(`${'a'.repeat(60)}!`)), (source, subject) => {
        const parsed = new RegExpParser().parsePattern(`^(?:${source})$`)
        fc.pre(isLinear(parsed, '') || isPlainlyLinear(`^(?:${source})$`, ''))
        const match = countedMatcher(parsed, ({ raw }, char) => new RegExp(`^${raw}$`).test(char))
        const limit = 32 * (source.length + 2) * (subject.length + 2)
        expect(match(subject, limit)).not.toBe('over')
      }),
      { numRuns: 200 },
    )
  })
})
