import { describe, expect, it } from 'vitest'
import { pcreToRegExp, regexProblem } from './pcre.ts'

describe('pcreToRegExp', () => {
  it.each([
    ['named groups', '/users/(?P<id>\\d+)', '/users/42', { id: '42' }],
    ['named groups of this spelling', '/(?<id>a)', '/a', { id: 'a' }],
    ['back references by name', '/(?P<a>x|y)(?P=a)$', '/yy', { a: 'y' }],
  ])('knows %s', (_, pattern, text, groups) => {
    expect(pcreToRegExp(pattern).exec(text)?.groups).toMatchObject(groups)
  })

  it.each([
    ['possessive quantifiers', '^/a++b*+c?+d{2}+$', '/aabbdd', true],
    ['atomic groups', '^/(?>a|b)c$', '/bc', true],
    ['a dot that is any character but a newline', '^/.{4}$', '/\r\u2028\u2029\xa0', true],
    ['a dot that is no newline', '^/.$', '/\n', false],
    ['a dot that is any character', '(?s)^/.$', '/\n', true],
    ['a dot that is any character in a group', '^/(?s:.)$', '/\n', true],
    ['a dot in a set', '^/[.]$', '/a', false],
    ['an escaped dot', '^/\\.$', '/a', false],
    ['space', '^\\s\\S[\\s][[:space:]]$', '\n\xa0\v\f', true],
    ['space that is of ASCII', '^\\s$', '\xa0', false],
    ['a leading flag', '(?i)^/ABC$', '/abc', true],
    ['anchors of the subject', '\\A/a\\z', '/a', true],
    ['horizontal space', '^\\h$', '\t', true],
    ['a plus in a set as a plus', '^[*+]+$', '*+', true],
    ['an escaped star before a plus', '^\\*+$', '**', true],
    ['a bracket that opens a set', '^[]a]+$', 'a]', true],
    ['a bracket that opens a negated set', '^[^]a]+$', 'b', true],
    ['POSIX classes', '^[[:alpha:]_[:digit:]]+$', 'a_1', true],
    ['horizontal space in a set', '^[\\ha]+$', 'a\ta', true],
    ['escaped signs', '^/a\\.b\\-c\\/d$', '/a.b-c/d', true],
    ['a group that only looks like one in a set', '^[(?>]+$', '(?>', true],
  ])('knows %s', (_, pattern, text, matches) => {
    expect(pcreToRegExp(pattern).test(text)).toBe(matches)
  })
})

describe('regexProblem', () => {
  it.each([
    ['/a('],
    ['/a)'],
    ['/[z-a]'],
    ['/(?P<1>a)'],
    ['/a{2,1}'],
    ['*'],
    ['/(?P=nobody)(?P<x>)'],
    ['/\\Qa\\E'],
    ['/\\p{L}'],
    ['/[\\K]'],
    ['/\\x{41}'],
    ['/[[:nonsense:]]'],
    ['/a\\'],
  ])('finds one in %s', (pattern) => {
    expect(regexProblem(pattern)).toEqual(expect.any(String))
  })

  it.each([['/a'], ['^/v\\d+/.*$'], ['/(a|b)+'], ['']])('finds none in %j', (pattern) => {
    expect(regexProblem(pattern)).toBeUndefined()
  })

  it.each(['[', '[:', '[[:a', '[a-', '\\', '(?P='])(
    'takes time in proportion to a long run of %s',
    (piece) => {
      const began = performance.now()
      for (const end of ['', '\\']) regexProblem(`/${piece.repeat(16_000)}${end}`)
      expect(performance.now() - began).toBeLessThan(2000)
    },
  )

  it('refuses a pattern that is longer than PCRE takes, before anything else', () => {
    expect(regexProblem('[a'.repeat(4_000_000))).toBe('regular expression is too large')
    expect(regexProblem('a'.repeat(65_536))).toBeUndefined()
  })

  it.each([
    ['/a(', 'pcre_compile() failed: missing ) in "/a("'],
    ['/a[b', 'pcre_compile() failed: missing terminating ] for character class in "/a[b"'],
    ['/a\\', 'pcre_compile() failed: \\ at end of pattern in "/a\\"'],
    ['/a)', "Unmatched ')'"],
    [
      `/${'('.repeat(251)}${')'.repeat(251)}`,
      `pcre_compile() failed: parentheses are too deeply nested in "/${'('.repeat(251)}${')'.repeat(251)}"`,
    ],
    [`/${'('.repeat(250)}${')'.repeat(250)}`, undefined],
    [`/${'(a)[(]'.repeat(300)}`, undefined],
    ['/\\Qa', 'the escape \\Q is not supported'],
    ['/(?<a>b)\\k{a}', 'the escape \\k{ is not supported'],
  ])('says of %s why', (pattern, problem) => {
    expect(regexProblem(pattern)).toBe(problem)
  })
})
