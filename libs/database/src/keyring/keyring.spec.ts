import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Keyring, keyIdOf } from './keyring.ts'

const one = { id: 'one', key: Buffer.alloc(32, 1) }
const two = { id: 'two', key: Buffer.alloc(32, 2) }
const owner = { kind: 'certificates', id: 'a' }

describe('a keyring', () => {
  it('opens what it sealed, whatever it is, and says with which key', () => {
    const keyring = new Keyring([one])
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (any) => {
        const text = any.toWellFormed()
        const box = keyring.seal('one', owner, text)
        expect(keyIdOf(box)).toBe('one')
        expect(keyring.open(owner, box)).toBe(text)
      }),
    )
  })

  it('seals with its first key and opens with each', () => {
    const box = new Keyring([one]).seal('one', owner, 'x')
    const rotated = new Keyring([two, one])
    expect(rotated.sealsWith).toBe('two')
    expect(rotated.open(owner, box)).toBe('x')
  })

  it('never makes the same box twice', () => {
    const keyring = new Keyring([one])
    expect(keyring.seal('one', owner, 'x')).not.toBe(keyring.seal('one', owner, 'x'))
  })

  it.each([
    ['another entity', [one], { ...owner, id: 'b' }, (box: string) => box],
    ['another kind', [one], { ...owner, kind: 'keys' }, (box: string) => box],
    ['another key of the same name', [{ ...two, id: 'one' }], owner, (box: string) => box],
    [
      'what was changed',
      [one],
      owner,
      (box: string) => box.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A')),
    ],
    ['what was cut', [one], owner, (box: string) => box.slice(0, 20)],
  ])('does not open a box as that of %s', (_, keys, claimed, change) => {
    // 3 bytes after 28 fill whole groups of base64 but for one, so the last digit counts.
    const box = new Keyring([one]).seal('one', owner, 'abcde')
    expect(() => new Keyring(keys).open(claimed, change(box))).toThrow("the key 'one' sealed")
  })

  it('names a key that it lacks', () => {
    const box = new Keyring([one]).seal('one', owner, 'x')
    expect(() => new Keyring([two]).open(owner, box)).toThrow("lacks the key 'one'")
  })

  it('digests the same to the same, in one field only', () => {
    const [a, b] = [new Keyring([one]), new Keyring([two, one])]
    for (const each of [a, b]) each.useDigestKey(Buffer.alloc(32, 3))
    expect(a.digest('k', 'f', 'x')).toBe(b.digest('k', 'f', 'x'))
    const others = [a.digest('k', 'f', 'y'), a.digest('k', 'g', 'x'), a.digest('l', 'f', 'x')]
    expect(new Set([a.digest('k', 'f', 'x'), ...others]).size).toBe(4)
    expect(a.digest('k', 'f', null)).toBeNull()
  })

  it('seals and digests nothing without keys, and seals nothing where that is switched off', () => {
    expect(new Keyring([]).sealsWith).toBeNull()
    expect(new Keyring([]).digest('k', 'f', 'x')).toBeNull()
    expect(new Keyring([one], false).sealsWith).toBeNull()
  })

  it('makes no digest before it knows with what', () => {
    expect(() => new Keyring([one]).digest('k', 'f', 'x')).toThrow('not unlocked')
  })
})
