import type { Certificate, Sni } from '@biplane/entities'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Certificates,
  certificateFor,
  noCertificates,
  withName,
  withoutName,
  withPair,
} from './certificates.ts'

const pairOf = (id: string): Certificate => ({
  ...{ id, created_at: 1, updated_at: 1, tags: null, cert_alt: null, key_alt: null },
  ...{ cert: `certificate ${id}`, key: 'key' },
})

const sniOf = (name: string, id = name, certificate = name): Sni => ({
  ...{ id, name, created_at: 1, updated_at: 1, tags: null, certificate: { id: certificate } },
})

function servedFor(names: readonly string[]): Certificates {
  return names.reduce((all, name) => withName(withPair(all, pairOf(name), null), sniOf(name)), noCertificates)
}

describe('the certificate for a server name', () => {
  it.each([
    ['a.b.test', ['*', 'a.b.*', '*.b.test', 'a.b.test'], 'a.b.test'],
    ['a.b.test', ['*', 'a.b.*', '*.b.test'], '*.b.test'],
    ['a.b.test', ['*', 'a.b.*'], 'a.b.*'],
    ['a.b.test', ['*', 'b.test', 'c.b.test'], '*'],
    ['a.b.test', ['b.test'], undefined],
    ['c.a.b.test', ['*.b.test'], undefined],
    ['b.test', ['*.b.test', '*.test'], undefined],
    ['b.test', ['*.test', 'b.*'], 'b.*'],
    ['localhost', ['*.localhost', 'localhost.*'], undefined],
    ['A.B.Test', ['a.b.test'], 'a.b.test'],
    ['a.b.test', ['A.B.Test'], 'A.B.Test'],
    ['a.b.test.', ['a.b.test'], 'a.b.test'],
    ['a.b.test', ['a.b.test.'], 'a.b.test.'],
    [undefined, ['a.b.test', '*'], '*'],
    [undefined, ['a.b.test'], undefined],
    ['', ['*'], '*'],
    ['*.b.test', ['*.b.test'], '*.b.test'],
  ])('%s of %j is that of %s', (asked, names, served) => {
    expect(certificateFor(servedFor(names), asked)?.id).toBe(served)
  })

  it('is none where that of the name is gone, whatever others there are', () => {
    const all = withName(servedFor(['*']), sniOf('a.test', 'a', 'gone'))
    expect(certificateFor(all, 'a.test')).toBeUndefined()
    expect(certificateFor(all, 'b.test')?.id).toBe('*')
  })

  const label = fc.constantFrom('a', 'b', 'C')
  const plain = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'))
  const name = fc.oneof(
    plain,
    plain.map((rest) => `*.${rest}`),
    plain.map((rest) => `${rest}.*`),
    fc.constant('*'),
  )

  it('is that which the most specific name says', () => {
    fc.assert(
      fc.property(fc.uniqueArray(name, { selector: (one) => one.toLowerCase() }), plain, (names, asked) => {
        expect(certificateFor(servedFor(names), asked)?.id).toBe(naive(names, asked))
      }),
    )
  })

  it('is the same whatever order names were written and taken away in', () => {
    const places = fc.uniqueArray(fc.tuple(fc.constantFrom('1', '2', '3'), name), {
      selector: ([, one]) => one.toLowerCase(),
      maxLength: 3,
    })
    fc.assert(
      fc.property(places, places, fc.nat(), plain, (before, after, turn, asked) => {
        const [old, wanted] = [new Map<string, string>(before), new Map<string, string>(after)]
        const changes = ['1', '2', '3'].map((id) => (all: Certificates) => {
          const next = wanted.get(id)
          return next === undefined ? withoutName(all, id) : withName(all, sniOf(next, id))
        })
        const order = [...changes.slice(turn % 3), ...changes.slice(0, turn % 3)]
        const held = [...wanted.values()].reduce(
          (all, one) => withPair(all, pairOf(one), null),
          noCertificates,
        )
        const start = [...old].reduce((all, [id, one]) => withName(all, sniOf(one, id)), held)
        const served = certificateFor(
          order.reduce((all, change) => change(all), start),
          asked,
        )
        expect(served?.id).toBe(naive([...wanted.values()], asked))
      }),
    )
  })
})

/** Every name is asked whether it serves, and the best that does wins. */
function naive(names: readonly string[], asked: string): string | undefined {
  const labels = asked.toLowerCase().split('.')
  const ranked = names.flatMap((name) => {
    const rank = rankOf(name.toLowerCase().split('.'), labels)
    return rank === null ? [] : [{ name, rank }]
  })
  return ranked.sort((a, b) => a.rank - b.rank)[0]?.name
}

function rankOf(pattern: readonly string[], labels: readonly string[]): number | null {
  if (pattern.length === 1 && pattern[0] === '*') return 3
  if (pattern.length !== labels.length) return null
  const different = labels.flatMap((label, i) => (label === pattern[i] ? [] : [i]))
  if (different.length === 0) return 0
  if (different.length > 1) return null
  if (pattern[0] === '*' && labels.length > 2) return 1
  return pattern.at(-1) === '*' ? 2 : null
}
