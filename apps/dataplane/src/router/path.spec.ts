import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { escapePath, normalisePath, splitTarget, toByteString } from './path.ts'

describe('splitTarget', () => {
  it.each([
    ['/a', '/a', ''],
    ['/a?b=c?d', '/a', '?b=c?d'],
    ['/p?', '/p', '?'],
    ['?x', '?x', ''],
  ])('%s has the path %s and the query %s', (target, path, query) => {
    expect(splitTarget(target)).toEqual({ path, query })
  })
})

describe('normalisePath', () => {
  it.each([
    ['/plain', '/plain'],
    ['/%61b', '/ab'],
    ['/a%2fb', '/a%2Fb'],
    ['/a%20b', '/a b'],
    ['/%2e%2e/a', '/a'],
    ['/a/b/..', '/a/'],
    ['/a/..', '/'],
    ['/a/.', '/a/'],
    ['/a/./b', '/a/b'],
    ['/a/...', '/a/...'],
    ['/a/../../../b', '/b'],
    ['/a//b///c', '/a/b/c'],
    ['/100%', '/100%'],
    ['/%zz', '/%zz'],
    ['/%25', '/%25'],
    ['/%C3%BC', toByteString('/ü')],
  ])('%s becomes %s', (path, expected) => {
    expect(normalisePath(path)).toBe(expected)
  })

  it('leaves a normal path as it is', () => {
    fc.assert(
      fc.property(fc.webPath(), (path) => {
        const once = normalisePath(path === '' ? '/' : path)
        expect(normalisePath(once)).toBe(once)
      }),
    )
  })
})

describe('escapePath', () => {
  it.each([
    ['/a b', '/a%20b'],
    ['/~user', '/~user'],
    ['/a%2Fb', '/a%2Fb'],
    ['/back\\slash|"', '/back%5Cslash%7C%22'],
    [toByteString('/ü'), '/%C3%BC'],
  ])('%s travels as %s', (path, expected) => {
    expect(escapePath(path)).toBe(expected)
  })
})
