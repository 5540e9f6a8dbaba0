import { describe, expect, it } from 'vitest'
import { upgradeRoute } from './route-paths.ts'

describe('a path of the formats before 3.0', () => {
  it.each([
    ['is a prefix', '/foo', '/foo'],
    ['is a prefix of all unreserved characters', '/A.b-c_d~e/0', '/A.b-c_d~e/0'],
    ['is decoded', '/a%20b/%7Euser', '/a b/~user'],
    ['keeps reserved escapes, in capitals', '/a%2fb%3f', '/a%2Fb%3F'],
    ['is brought into normal form', '//a/./b/../c', '/a/c'],
    ['is a regular expression', '/v\\d+', '~/v\\d+'],
    ['is one for each sign that is none of a plain path', '/regex.+', '~/regex.+'],
    ['is a regular expression of which escapes are decoded', '/(a%20b|%C3%BC)$', '~/(a b|ü)$'],
    ['is a regular expression that keeps reserved escapes', '/(%2f|%2B)', '~/(%2F|%2B)'],
    ['is a regular expression in which its own signs stay themselves', '/(%2E%7C)', '~/(\\.\\|)'],
    ['is a regular expression whose escapes are no text', '/(%ff)', '~/(%FF)'],
    ['is as format 3.0 has it', '~/v\\d+$', '~/v\\d+$'],
  ])('%s: %s', (_, path, upgraded) => {
    expect(upgradeRoute({ name: 'r', paths: [path] })).toEqual({ name: 'r', paths: [upgraded] })
  })

  it.each([[{}], [{ paths: null }], [{ paths: 'x' }], [{ paths: [1, null] }]])(
    'is left to its judge: %j',
    (route) => {
      expect(upgradeRoute(route)).toEqual(route)
    },
  )
})
