import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EncodedChange } from './change.ts'
import { aDelete, anUpsert, pieces } from './fixtures.ts'
import { encodeRecord, MAX_ENTITY_BYTES, MalformedRecords, RecordDecoder, recordSize } from './records.ts'

const name = (max: number) => fc.string({ minLength: 1, maxLength: max, unit: 'grapheme' })
const change: fc.Arbitrary<EncodedChange> = fc.record({
  kind: name(20),
  id: name(40),
  bytes: fc.option(fc.uint8Array({ maxLength: 300 })),
})

const encode = (changes: readonly EncodedChange[]) => Buffer.concat(changes.flatMap(encodeRecord))

function decode(parts: Iterable<Uint8Array>): EncodedChange[] {
  const decoder = new RecordDecoder()
  const changes = [...parts].flatMap((part) => decoder.push(part))
  decoder.end()
  return changes
}

const plain = (changes: readonly EncodedChange[]) =>
  changes.map(({ bytes, ...rest }) => ({
    ...rest,
    bytes: bytes === null ? null : Buffer.from(bytes).toString('hex'),
  }))

describe('records', () => {
  it('come back whole wherever the stream was cut', () => {
    fc.assert(
      fc.property(fc.array(change), fc.array(fc.nat(40)), (changes, cuts) => {
        expect(plain(decode(pieces(encode(changes), cuts)))).toEqual(plain(changes))
      }),
    )
  })

  it('come back from a stream of single bytes', () => {
    const changes = [anUpsert('a', { n: 1 }), aDelete('b'), anUpsert('ü')]
    expect(plain(decode(pieces(encode(changes), [1])))).toEqual(plain(changes))
  })

  it('have the size that is foretold', () => {
    fc.assert(fc.property(change, (one) => recordSize(one) === encode([one]).byteLength))
  })

  it('are laid out as the protocol says', () => {
    const record = encode([{ kind: 'services', id: 'a', bytes: Buffer.from('{}') }, aDelete('b', 'routes')])
    expect(record.toString('latin1')).toBe('\x01\x08services\0\x01a\0\0\0\x02{}\x02\x06routes\0\x01b')
  })

  it('give an entity without copying it', () => {
    const encoded = encode([anUpsert('a')])
    expect(new RecordDecoder().push(encoded)[0]?.bytes?.buffer).toBe(encoded.buffer)
  })
})

describe('encodeRecord', () => {
  it.each([
    ['an empty kind', { kind: '', id: 'a', bytes: null }],
    ['a kind of 256 bytes', { kind: 'ü'.repeat(128), id: 'a', bytes: null }],
    ['an empty id', { kind: 'k', id: '', bytes: null }],
    ['an id of 65536 bytes', { kind: 'k', id: 'x'.repeat(65_536), bytes: null }],
    ['an entity above the limit', { kind: 'k', id: 'a', bytes: new Uint8Array(MAX_ENTITY_BYTES + 1) }],
  ])('refuses %s', (_what, one) => {
    expect(() => encodeRecord(one)).toThrow(RangeError)
  })
})

describe('RecordDecoder', () => {
  it.each([
    ['an unknown operation', '0301'],
    ['no operation', '00'.repeat(8)],
    ['an empty kind', '020000016100'],
    ['an empty id', '02016b0000'],
    ['a kind that is not UTF-8', '0201ff000161'],
    ['an entity above the limit', '01016b000161ffffffff'],
  ])('refuses %s', (_what, hex) => {
    expect(() => new RecordDecoder().push(Buffer.from(hex, 'hex'))).toThrow(MalformedRecords)
  })

  it('refuses a stream that ends inside a record, wherever', () => {
    const whole = encode([anUpsert('a', { n: 1 })])
    for (let length = 1; length < whole.length; length += 1) {
      expect(() => decode([whole.subarray(0, length)])).toThrow(MalformedRecords)
    }
  })

  it('survives any bytes: it decodes them or says what is wrong', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        try {
          decode([bytes])
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedRecords)
        }
      }),
    )
  })

  it('puts a large entity that came in many pieces together once', () => {
    const large = { kind: 'k', id: 'a', bytes: new Uint8Array(8 * 1024 * 1024) }
    const [changes] = [decode(pieces(encode([large]), [4096]))]
    expect(changes[0]?.bytes?.byteLength).toBe(8 * 1024 * 1024)
  })
})
