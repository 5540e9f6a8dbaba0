import { describe, expect, it } from 'vitest'
import { luaPattern } from './lua-pattern.ts'

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
  ])('%s and %j match: %s', (pattern, text, expected) => {
    expect(luaPattern(pattern).test(text)).toBe(expected)
  })

  it('looks for what may begin anywhere in one go', () => {
    expect(luaPattern('%w*%p*@+%w*%.?%w*').test('a'.repeat(1_000_000))).toBe(false)
  })

  it.each([['%bxy'], ['%f[a]'], ['%1'], ['['], ['[%1]'], ['%']])(
    'refuses %s, which it cannot say',
    (pattern) => {
      expect(() => luaPattern(pattern)).toThrow(SyntaxError)
    },
  )
})
