import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { luaPattern, luaPatternSource } from './lua-pattern.ts'

describe('luaPattern', () => {
  it.each([
    ['^%u+$', 'GET', true],
    ['^%u+$', 'get', false],
    ['^%u+$', 'GÉT', false],
    ['^%*%.', '*.a', true],
    ['^%*%.', 'a.*', false],
    ['%.%*$', 'a.*', true],
    ['^[^*]*$', 'a.b', true],
    ['^[^*]*$', 'a.*', false],
    ['^[^*]*%*?[^*]*$', '*.a.*', false],
    ['^[Hh][Oo][Ss][Tt]$', 'hOsT', true],
    ['//', '/a//b', true],
    ['%.%.', '1..2', true],
    ['%.%.', '1.a.2', false],
    ['^[a-z][a-z%d-]-[a-z%d]+$', 'my-vault-1', true],
    ['^[a-z][a-z%d-]-[a-z%d]+$', 'my-vault-', false],
    ['^[%a_-][%a%d_-]*$', '_a-9', true],
    ['^[%a_-][%a%d_-]*$', '9a', false],
    ['%w*%p*@+%w*%.?%w*', 'someone@h.test', true],
    ['%w*%p*@+%w*%.?%w*', 'someone', false],
    ['^[^:]+:.*$', 'a:b', true],
    ['^[^:]+:.*$', 'a', false],
    ['^%S+$', 'a b', false],
    ['^a$b^c$', 'a$b^c', true],
    ['^-%d$', '-1', true],
    ['^[0-9]+-[0-9]+$', '200-299', true],
    ['^[0-9]+-[0-9]+$', '200299', false],
    ['^%d*+$', '1+', true],
    ['^(%d)+$', '1+', true],
    ['%d?%l*', '', true],
    ['%d*%l+%d-$', '1a2', true],
    ['%d*%l+%d-$', '12', false],
    ['^[]]$', ']', true],
    ['^.$', '\n', true],
    ['a/b|{}', 'a/b|{}', true],
    ['^.$', '\u{1f98d}', false],
    ['^[^a]$', 'ü', true],
    ['', '', true],
    ['$', 'x', true],
  ])('%s and %j match: %s', (pattern, text, expected) => {
    expect(luaPattern(pattern).test(text)).toBe(expected)
  })

  it.each([
    ['%w*%p*@+%w*%.?%w*', 'a'.repeat(1_000_000)],
    ['^[^*]*%*?[^*]*$', `${'a'.repeat(1_000_000)}*b.*`],
    ['^[a-z][a-z%d-]-[a-z%d]+$', `${'a'.repeat(1_000_000)}!`],
  ])('judges a long text by %s in one pass', (pattern, text) => {
    expect(luaPattern(pattern).test(text)).toBe(false)
  })

  it('agrees with a regular expression on all short texts', () => {
    const items = fc.array(fc.tuple(fc.constantFrom('a', 'b', '.'), fc.constantFrom('', '*', '+', '?')), {
      maxLength: 5,
    })
    const anchored = fc.tuple(fc.constantFrom('', '^'), items, fc.constantFrom('', '$'))
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 })
    fc.assert(
      fc.property(anchored, texts, ([start, inner, end], text) => {
        const pattern = `${start}${inner.map((item) => item.join('')).join('')}${end}`
        expect(luaPattern(pattern).test(text)).toBe(new RegExp(pattern, 's').test(text))
      }),
      { numRuns: 1000 },
    )
  })

  it.each([['%bxy'], ['%f[a]'], ['%1'], ['['], ['[%1]'], ['%']])(
    'refuses %s, which it cannot say',
    (pattern) => {
      expect(() => luaPattern(pattern)).toThrow(SyntaxError)
    },
  )
})

describe('luaPatternSource', () => {
  const patterns = [
    '^%u+$',
    '%.%*$',
    '^[^*]*%*?[^*]*$',
    '^[a-z][a-z%d-]-[a-z%d]+$',
    '^-%d$',
    '^%d*+$',
    '^(%d)+$',
    '^.$',
    '^[]]$',
  ]

  it.each(patterns)('of %s is a regular expression that matches alike', (pattern) => {
    const [matcher, regex] = [luaPattern(pattern), new RegExp(luaPatternSource(pattern), 'u')]
    const text = fc.string({ unit: fc.constantFrom(...'aZ9.*-+_]\n'), maxLength: 8 })
    fc.assert(fc.property(text, (value) => regex.test(value) === matcher.test(value)))
  })
})
