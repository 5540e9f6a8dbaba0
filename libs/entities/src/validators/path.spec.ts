import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normalPath, routePathProblem, servicePathProblem } from './path.ts'

describe('servicePathProblem', () => {
  it.each([['/'], ['/a/b'], ["/a-_.~:@!$&'()*+,;="], ['/%20%C3%bc'], ['/a/../b']])('accepts %s', (path) => {
    expect(servicePathProblem(path)).toBeUndefined()
  })

  it.each([['/a b'], ['/ü'], ['/a?b'], ['/a#b'], ['/[a]'], ['/a|b']])(
    'refuses the characters of %s',
    (path) => {
      expect(servicePathProblem(path)).toBe(
        `invalid path: '${path}' (characters outside of the reserved list of RFC 3986 found)`,
      )
    },
  )

  it.each([
    ['/a%zz', '%zz'],
    ['/a%2', '%2'],
    ['/%', '%'],
    ['/%20%g0/x', '%g0'],
    ['/%%20', '%__'],
  ])('refuses the escape in %s', (path, part) => {
    expect(servicePathProblem(path)).toBe(`invalid url-encoded value: '${part}'`)
  })
})

describe('routePathProblem', () => {
  it.each([
    ['/'],
    ['/a b'],
    ['/ü'],
    ['/a%2Fb'],
    ['/.well-known'],
    ['/a/'],
    ['~/a/(?P<id>\\d+)$'],
    ['~/a%20b'],
  ])('accepts %s', (path) => {
    expect(routePathProblem(path)).toBeUndefined()
  })

  it.each([
    ['/a%20b', '/a b'],
    ['/%C3%BC', '/ü'],
    ['/a%2fb', '/a%2Fb'],
    ['/a/../b', '/b'],
    ['/a/./b/.', '/a/b/'],
    ['/a/b/..', '/a/'],
    ['/../..', '/'],
    ['/%2E%2e/x', '/x'],
    ['/%00', '/%00'],
  ])('suggests the normal form of %s', (path, normal) => {
    expect(normalPath(path)).toBe(normal)
    if (path !== normal)
      expect(routePathProblem(path)).toBe(`non-normalized path, consider use '${normal}' instead`)
  })

  it('refuses a broken escape, unless the path has other faults too', () => {
    expect(routePathProblem('/a%zz')).toBe("invalid url-encoded value: '%zz'")
    expect(routePathProblem('/a b%zz')).toBeUndefined()
  })

  it('names what a regex lacks, without the mark of a regex', () => {
    expect(routePathProblem('~/a(')).toMatch(/^invalid regex: '\/a\(' \(PCRE returned: .+\)$/)
  })
})

describe('normalPath', () => {
  const part = fc.constantFrom(
    '/',
    '.',
    '..',
    'a',
    '%2F',
    '%2f',
    '%41',
    '%20',
    '%25',
    '%C3%BC',
    '%FF',
    'ü',
    '//',
  )

  it('of a normal path is that path, while every escape is whole', () => {
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const once = normalPath(`/${parts.join('')}`)
        expect(normalPath(once)).toBe(once)
      }),
    )
  })
})
