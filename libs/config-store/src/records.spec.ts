import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cipherOf, PLAIN } from './cipher.ts'
import { entityKey, entityRange, fromEntityKey, isKeyable, listKey, listRange, uniqueKey } from './records.ts'
import { newDataKey } from './store-key.ts'

const CIPHERS = [
  ['in plain text', PLAIN],
  ['encrypted', cipherOf(newDataKey())],
] as const

const id = fc.uuid()
const kind = fc.constantFrom('routes', 'routes2', 'consumers')

describe('keys', () => {
  it('give kind and id back', () => {
    fc.assert(
      fc.property(kind, id, (kind, id) => {
        expect(fromEntityKey(entityKey(kind, id))).toEqual({ kind, id })
      }),
    )
  })

  it('lie in the range of their own kind only', () => {
    fc.assert(
      fc.property(kind, kind, id, (asked, kind, id) => {
        expect(within(entityKey(kind, id), entityRange(asked))).toBe(kind === asked)
        expect(within(entityKey(kind, id), entityRange())).toBe(true)
      }),
    )
  })

  it.each(CIPHERS)('differ wherever the values differ, however odd those are: %s', (_form, cipher) => {
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 190, maxLength: 210 }))
    fc.assert(
      fc.property(value, value, (one, other) => {
        expect(uniqueKey(cipher, 'k', 'f', one) === uniqueKey(cipher, 'k', 'f', other)).toBe(one === other)
        expect(within(listKey(cipher, 'k', 'f', one, 'i'), listRange(cipher, 'k', 'f', other))).toBe(
          one === other,
        )
      }),
    )
  })

  it.each([
    ['long', 'x'.repeat(100_000)],
    ['wide', '語'.repeat(200)],
    ['ending in a lone surrogate', `${'x'.repeat(10)}\ud800`],
  ])('of a value that is %s fit into LMDB', (_how, value) => {
    expect(
      Buffer.byteLength(listKey(PLAIN, 'keyauth_credentials', 'key', value, crypto.randomUUID())),
    ).toBeLessThan(1978)
  })

  it.each([
    ['no id', 'routes', '', false],
    ['no kind', '', 'a', false],
    ['NUL in the id', 'routes', 'a\0b', false],
    ['an endless id', 'routes', 'a'.repeat(2000), false],
    ['a UUID', 'routes', '8a5ff54d-1a9b-4f0e-8d6e-3c1a3c6e1d11', true],
    ['a parameter', 'parameters', 'cluster_id', true],
  ])('with %s: keyable %#', (_what, kind, id, expected) => {
    expect(isKeyable(kind, id)).toBe(expected)
  })
})

function within(key: string, range: { start: string; end: string }): boolean {
  return (
    Buffer.compare(Buffer.from(key), Buffer.from(range.start)) >= 0 &&
    Buffer.compare(Buffer.from(key), Buffer.from(range.end)) < 0
  )
}
