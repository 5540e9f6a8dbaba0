import { createSecretKey } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { XAES_OVERHEAD, Xaes } from './xaes.ts'

const keyOf = (byte: number) => createSecretKey(Buffer.alloc(32, byte))
const bytes = fc.uint8Array({ maxLength: 300 })

describe('XAES-256-GCM', () => {
  it.each([
    ['', 1, '', 'ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271'],
    [
      'with a mask that overflows',
      3,
      'c2sp.org/XAES-256-GCM',
      '986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d',
    ],
  ])('seals the examples of its specification %s', (_what, key, bound, sealed) => {
    const nonce = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWX')
    const out = new Xaes(keyOf(key)).sealUnder(nonce, Buffer.from('XAES-256-GCM'), Buffer.from(bound))
    expect(out.subarray(0, 24)).toEqual(nonce)
    expect(out.subarray(24).toString('hex')).toBe(sealed)
  })

  it('opens what it sealed, never twice the same', () => {
    const xaes = new Xaes(keyOf(7))
    fc.assert(
      fc.property(bytes, bytes, (text, bound) => {
        const [one, other] = [xaes.seal(text, bound), xaes.seal(text, bound)]
        expect(one.length).toBe(text.length + XAES_OVERHEAD)
        expect(one.equals(other)).toBe(false)
        expect(xaes.open(one, bound).equals(text)).toBe(true)
        expect(xaes.open(other, bound).equals(text)).toBe(true)
      }),
    )
  })

  it('opens nothing that was changed, cut, bound to something else or sealed under another key', () => {
    const xaes = new Xaes(keyOf(7))
    fc.assert(
      fc.property(bytes, bytes, fc.nat(), fc.integer({ min: 1, max: 255 }), (text, bound, where, flip) => {
        const sealed = xaes.seal(text, bound)
        const at = where % sealed.length
        const changed = Buffer.from(sealed)
        changed[at] = (changed[at] ?? 0) ^ flip
        expect(() => xaes.open(changed, bound)).toThrow()
        expect(() => xaes.open(sealed.subarray(0, at), bound)).toThrow()
        expect(() => xaes.open(sealed, Buffer.concat([bound, Buffer.of(flip)]))).toThrow()
        expect(() => new Xaes(keyOf(8)).open(sealed, bound)).toThrow()
      }),
    )
  })
})
