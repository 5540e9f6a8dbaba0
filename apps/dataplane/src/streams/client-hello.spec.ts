import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LONGEST_HELLO, readClientHello } from './client-hello.ts'
import { aHello, inRecords } from './fixtures/a-client-hello.ts'

const names = fc.stringMatching(/^[a-z0-9.-]{1,200}$/)
const hellos = fc.record({
  serverName: fc.option(names, { nil: undefined }),
  sessionBytes: fc.nat(32),
  otherBytes: fc.nat(3000),
  after: fc.boolean(),
})
/** Where records end, as they come to pass by lengths. */
const cuts = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 20 })

describe('a ClientHello', () => {
  it('tells its server name, however it is cut into records, and nothing before it is whole', () => {
    fc.assert(
      fc.property(hellos, cuts, fc.nat(), (given, lengths, part) => {
        const bytes = inRecords(aHello(given), lengths)
        expect(readClientHello(bytes)).toEqual({ kind: 'hello', serverName: given.serverName })
        expect(readClientHello(bytes.subarray(0, part % bytes.byteLength))).toEqual({ kind: 'part' })
      }),
    )
  })

  it('is read up to its end, whatever follows', () => {
    fc.assert(
      fc.property(hellos, fc.uint8Array(), (given, rest) => {
        const bytes = Buffer.concat([inRecords(aHello(given), [400]), rest])
        expect(readClientHello(bytes)).toEqual({ kind: 'hello', serverName: given.serverName })
      }),
    )
  })

  it.each<[string, Buffer]>([
    ['a request of HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['one byte of something else', Buffer.from('S')],
    ['a record of SSL 2', Buffer.from([0x16, 0x02])],
    ['a record that is empty', Buffer.from([0x16, 3, 1, 0, 0])],
    ['a record that is too long', Buffer.from([0x16, 3, 1, 0x40, 1])],
    ['a message of another kind', Buffer.from([0x16, 3, 1, 0, 5, 2])],
    ['one that says to be too long', Buffer.from([0x16, 3, 1, 0, 5, 1, 0, 0x40, 0])],
    ['one in so many records that they are too long', inRecords(aHello({ otherBytes: 8000 }), [1])],
  ])('is not %s', (_what, bytes) => {
    expect(readClientHello(bytes)).toEqual({ kind: 'none' })
  })

  it('is never waited for beyond a bound, and garbage harms nobody', () => {
    const beginnings = fc.constantFrom<number[]>([], [0x16, 3], [0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3])
    fc.assert(
      fc.property(
        beginnings,
        fc.uint8Array({ maxLength: 400 }),
        fc.nat(LONGEST_HELLO),
        (begin, rest, more) => {
          const bytes = Buffer.concat([Buffer.from(begin), rest, Buffer.alloc(more)])
          const { kind } = readClientHello(bytes)
          expect(['hello', 'part', 'none']).toContain(kind)
          if (kind === 'part') expect(bytes.byteLength).toBeLessThan(LONGEST_HELLO)
        },
      ),
    )
  })

  it('that breaks off in the middle, as a whole message, has its name or none, never a part of it', () => {
    fc.assert(
      fc.property(hellos, fc.nat(), (given, place) => {
        const whole = aHello(given)
        const message = whole.subarray(0, 4 + (place % (whole.byteLength - 4)))
        message.writeUIntBE(message.byteLength - 4, 1, 3)
        const outcome = readClientHello(inRecords(message, [500]))
        expect([
          { kind: 'hello', serverName: undefined },
          { kind: 'hello', serverName: given.serverName },
        ]).toContainEqual(outcome)
      }),
      { numRuns: 500 },
    )
  })

  it('of which a length lies has no name, or the one before the lie', () => {
    fc.assert(
      fc.property(hellos, fc.nat(), fc.nat(255), (given, place, value) => {
        const message = aHello(given)
        // Not its own length: it would then be another message, or wait for more.
        message[4 + (place % (message.byteLength - 4))] = value
        const outcome = readClientHello(inRecords(message, [500]))
        expect(outcome.kind).toBe('hello')
      }),
    )
  })
})
