import { describe, expect, it } from 'vitest'
import { PLAIN } from './cipher.ts'
import { fromLookupsText, lookupEntries, lookupsText } from './lookups.ts'
import { listKey, uniqueKey } from './records.ts'

const lookups = { credentials: { unique: ['key', 'note'], lists: ['consumer.id'] } }

describe('lookupEntries', () => {
  it('gives a key for every declared field that is set', () => {
    const bytes = Buffer.from('{"consumer":{"id":"c"},"id":"i","key":"k","note":null}')
    expect(lookupEntries(lookups, PLAIN, 'credentials', 'i', bytes)).toEqual([
      { key: uniqueKey(PLAIN, 'credentials', 'key', 'k'), field: 'key', unique: true },
      { key: listKey(PLAIN, 'credentials', 'consumer.id', 'c', 'i'), field: 'consumer.id', unique: false },
    ])
  })

  it.each([['routes'], ['constructor']])('does not parse entities of a kind without lookups: %s', (kind) => {
    expect(lookupEntries(lookups, PLAIN, kind, 'i', Buffer.from('not JSON'))).toEqual([])
  })

  it('throws for bytes that are no entity', () => {
    expect(() => lookupEntries(lookups, PLAIN, 'credentials', 'i', Buffer.from('{'))).toThrow(SyntaxError)
  })
})

describe('lookupsText', () => {
  it('is the same for the same lookups, whatever their order', () => {
    const other = { b: { unique: ['x'] }, a: { lists: [] } }
    expect(lookupsText(other)).toBe(lookupsText({ a: {}, b: { lists: [], unique: ['x'] } }))
  })

  it('comes back', () => {
    expect(fromLookupsText(lookupsText(lookups))).toEqual(lookups)
  })

  it.each(['', '[]', '{"a":{}}'])('is not %j', (text) => {
    expect(() => fromLookupsText(text)).toThrow(SyntaxError)
  })
})
