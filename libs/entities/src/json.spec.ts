import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, isJsonObject, type Json } from './json.ts'
import { parseJson } from './parse-json.ts'

const json = fc.jsonValue().map((value) => parseJson(JSON.stringify(value)))

/** The same value with the members of every object in another order. */
function reordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(reordered)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, reordered(member)]),
  )
}

describe('canonicalJson', () => {
  it.each([
    ['sorts keys at every level', { b: 1, a: { d: null, c: true } }, '{"a":{"c":true,"d":null},"b":1}'],
    ['keeps the order of lists', [2, 1, [3]], '[2,1,[3]]'],
    ['sorts by UTF-16 code units', { '\u{1f600}': 1, '\uffff': 2 }, '{"\u{1f600}":1,"\uffff":2}'],
    [
      'keeps members that JavaScript treats as special',
      JSON.parse('{"__proto__":{"a":1}}'),
      '{"__proto__":{"a":1}}',
    ],
    ['escapes as JSON does', ['"\n'], '["\\"\\n"]'],
  ])('%s', (_, value, text) => {
    expect(canonicalJson(value)).toBe(text)
  })

  it('is read back as what it was written from', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(parseJson(canonicalJson(value))).toEqual(value)
      }),
    )
  })

  it('is the same text for equal values, whatever the order of their keys', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(canonicalJson(reordered(value))).toBe(canonicalJson(value))
      }),
    )
  })

  it('is another text for another value', () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        const sameText = canonicalJson(a) === canonicalJson(b)
        expect(sameText).toBe(isSame(a, b))
      }),
    )
  })
})

function isSame(a: Json, b: Json): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one: Json, i) => isSame(one, b[i] ?? null))
  if (!isJsonObject(a) || !isJsonObject(b)) return a === b
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(a[key] ?? null, b[key] ?? null))
  )
}
