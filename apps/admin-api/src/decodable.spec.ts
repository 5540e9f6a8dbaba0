import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodable } from './decodable.ts'

it.each([
  ['/tags/%FF', '/tags/%00'],
  ['/tags/a%C3%28b', '/tags/a%00b'],
  ['/services/a%2Fb%C3%BC', '/services/a%2Fb%C3%BC'],
  ['/services/%zz', '/services/%25zz'],
  ['/services/100%', '/services/100%25'],
  ['/services/%e4?tags=%ff', '/services/%00?tags=%ff'],
  ['/services?a=%', '/services?a=%'],
])('%s becomes %s', (url, expected) => {
  expect(decodable(url)).toBe(expected)
})

it('any path that a client writes of texts stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      fc.pre(text.isWellFormed())
      const url = `/services/${encodeURIComponent(text)}`
      expect(decodable(url)).toBe(url)
    }),
  )
})
