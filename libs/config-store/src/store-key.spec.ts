import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isWrappedFor,
  newDataKey,
  type StoreKey,
  storeKeyOf,
  toWrappedKeys,
  unwrap,
  wrap,
} from './store-key.ts'

const aKey = (): StoreKey =>
  storeKeyOf(
    generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
  )

const KEYS = Array.from({ length: 4 }, aKey)
const some = fc.subarray(KEYS)

describe('storeKeyOf', () => {
  it('is the same for all ways to write one elliptic key', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
    const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const sec1 = privateKey.export({ type: 'sec1', format: 'pem' }).toString()
    const [one, other, third] = [pkcs8, sec1, withoutPublicKey(sec1)].map(storeKeyOf)
    expect([other?.id, third?.id]).toEqual([one?.id, one?.id])
    expect([other, third].map((key) => one !== undefined && key?.secret.equals(one.secret))).toEqual([
      true,
      true,
    ])
  })

  it('is the same for both ways to write an RSA key', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const [one, other] = (['pkcs8', 'pkcs1'] as const)
      .map((type) => privateKey.export({ type, format: 'pem' }).toString())
      .map(storeKeyOf)
    expect(one?.id).toBe(other?.id)
    expect(other !== undefined && one?.secret.equals(other.secret)).toBe(true)
  })

  it.each(['ed25519', 'ed448'] as const)('takes a key of %s', (type) => {
    // The overloads of generateKeyPairSync name one type each.
    const { privateKey } = generateKeyPairSync(type as 'ed25519')
    expect(storeKeyOf(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()).id).toMatch(
      /^[0-9a-f]{64}$/,
    )
  })

  it('shows nothing of its secret when it is printed or logged', () => {
    const key = aKey()
    const secret = key.secret.export()
    for (const shown of [inspect(key, { depth: 9, showHidden: true }), JSON.stringify(key)])
      for (const form of ['hex', 'base64'] as const)
        expect(shown).not.toContain(secret.toString(form).slice(0, 8))
  })
})

/** A SEC1 file may hold the scalar alone: RFC 5915 makes the public key optional. */
function withoutPublicKey(sec1: string): string {
  const scalar = Buffer.from(createPrivateKey(sec1).export({ format: 'jwk' }).d ?? '', 'base64url')
  const curve = Buffer.from('a00706052b81040022', 'hex')
  const body = Buffer.concat([Buffer.from('020101', 'hex'), Buffer.of(4, scalar.length), scalar, curve])
  const der = Buffer.concat([Buffer.of(0x30, body.length), body])
  return `-----BEGIN EC PRIVATE KEY-----\n${der.toString('base64')}\n-----END EC PRIVATE KEY-----\n`
}

describe('a wrapped data key', () => {
  it('opens with any of the keys that it was wrapped for, and with no other', () => {
    fc.assert(
      fc.property(some, some, (wrappedFor, given) => {
        const dataKey = newDataKey()
        const wrapped = toWrappedKeys(
          JSON.parse(JSON.stringify([...wrap(dataKey, wrappedFor), { key: 'x', wrapped: '' }])),
        )
        const opened = unwrap(wrapped, given)
        expect(opened?.equals(dataKey) ?? null).toBe(
          given.some((key) => wrappedFor.includes(key)) ? true : null,
        )
      }),
    )
  })

  it('is of no use under the name of another key', () => {
    const [one, other] = [aKey(), aKey()]
    const wrapped = wrap(newDataKey(), [one])[0]?.wrapped ?? ''
    expect(unwrap([{ key: one.id, wrapped }], [one])).not.toBe(null)
    expect(unwrap([{ key: other.id, wrapped }], [one, other])).toBe(null)
    expect(unwrap([{ key: one.id, wrapped }], [{ ...one, secret: other.secret }])).toBe(null)
  })

  it('is wrapped for certain keys, in any order, however often they are named', () => {
    fc.assert(
      fc.property(some, some, (wrappedFor, keys) => {
        const same = wrappedFor.length === keys.length && wrappedFor.every((key) => keys.includes(key))
        expect(isWrappedFor(wrap(newDataKey(), wrappedFor), [...keys, ...keys].reverse())).toBe(same)
      }),
    )
  })

  it.each([[null], [[]], [{}], [['a']], [[{ key: 'a' }]], [[{ key: 1, wrapped: '' }]]])(
    'is not %j',
    (value) => {
      expect(() => toWrappedKeys(value)).toThrow(SyntaxError)
    },
  )
})
