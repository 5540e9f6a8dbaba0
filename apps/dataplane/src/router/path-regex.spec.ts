import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { literalStart, pathRegex } from './path-regex.ts'

describe('literalStart', () => {
  it.each([
    ['/users/(?<id>\\d+)', '/users/'],
    ['^/v1\\.0/x$', '/v1.0/x'],
    ['\\A/a', '/a'],
    ['/ab?', '/a'],
    ['/ab+', '/ab'],
    ['/ab{2}', '/a'],
    ['/a\\.*', '/a'],
    ['/a|/b', ''],
    ['/(a|b)', '/'],
    ['/[|]a', '/'],
    ['/a\\|b', '/a|b'],
    ['\\d', ''],
    ['', ''],
  ])('of %s is %j', (pattern, literal) => {
    expect(literalStart(pattern)).toBe(literal)
  })

  it('begins every path that the pattern matches', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      '/',
      '\\.',
      '\\d',
      'a?',
      'b*',
      '\\.?',
      '(a|b)',
      '[a/]',
      '|',
      'b{0}',
      '(?:a)?',
      '$',
    )
    const path = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '1'), maxLength: 6 })
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 5 }),
        fc.array(path, { minLength: 20, maxLength: 20 }),
        (parts, paths) => {
          const regex = pathRegex(parts.join(''), 'bytes', true)
          for (const one of paths)
            if (regex.match(one) !== undefined) expect(one.startsWith(regex.literal)).toBe(true)
        },
      ),
      { numRuns: 1000 },
    )
  })
})

describe('pathRegex', () => {
  it('ignores case where the pattern says so, from its first character on', () => {
    const regex = pathRegex('(?i)/Abc', 'bytes', true)
    expect(regex.literal).toBe('')
    expect(regex.match('/aBC/x')).toEqual({ matched: '/aBC' })
  })

  it('finds nothing further on where it is anchored', () => {
    expect(pathRegex('/b', 'bytes', true).match('/a/b')).toBeUndefined()
    expect(pathRegex('/b', 'bytes', false).match('/a/b')).toEqual({ matched: '/b' })
  })

  it.each([
    ['bytes', '/..', { matched: '/\xc3\xbc' }],
    ['characters', '/.', { matched: '/\xc3\xbc' }],
    ['characters', '/(ü)', { matched: '/\xc3\xbc', captures: { 1: '\xc3\xbc' } }],
  ] as const)('in %s, %s matches a letter of two bytes', (unit, pattern, match) => {
    expect(pathRegex(pattern, unit, true).match('/\xc3\xbc')).toEqual(match)
  })
})
