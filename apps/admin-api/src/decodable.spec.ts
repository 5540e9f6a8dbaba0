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
  // Quicker to begin than fast-check's own arbitrary of all characters.
  const character = fc.integer({ min: 1, max: 0x10_ff_ff }).map((point) => String.fromCodePoint(point))
  fc.assert(
    fc.property(fc.string({ unit: character }), (text) => {
      fc.pre(text.isWellFormed())
      const url = `/services/${encodeURIComponent(text)}`
      expect(decodable(url)).toBe(url)
    }),
  )
})
