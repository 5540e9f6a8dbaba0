import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, type Json } from './json.ts'
import { parseJson } from './parse-json.ts'

/** Keys that share shapes with one another and need escapes. */
const key = fc.constantFrom(
  'a',
  '\\',
  '"',
  '\n',
  '\\n',
  '\n\n',
  '\\"',
  '\u0001',
  'é',
  '𝄞',
  'key0',
  'key_0',
  '__proto__',
)

const { value } = fc.letrec<{ value: Json; object: Json }>((tie) => ({
  object: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom<Json>(null, true, 1.5, 'x', '":', '\\', '{"\\n":1}'),
    tie('object'),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
}))

describe('parseJson', () => {
  it('reads back what was written, whatever was read before', () => {
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2), (written, indent) => {
        const text = JSON.stringify(written, null, indent)
        expect(canonicalJson(parseJson(text))).toBe(canonicalJson(written))
      }),
      { numRuns: 2000 },
    )
  })

  it('tells keys with escapes from each other', () => {
    parseJson('{"a":1,"\\\\":1}')
    expect(parseJson('{"a":1,"\\n":1}')).toEqual({ a: 1, '\n': 1 })
  })

  it.each(['a', '\n'])('reads a text of millions of %j', (char) => {
    const written = { [`${char.repeat(5_000_000)}\\`]: 1 }
    expect(canonicalJson(parseJson(JSON.stringify(written)))).toBe(canonicalJson(written))
  })

  it.each(['', '{', '{"a":1,}', '"\\x"', '{"\\x":1}', '"key0', '{"\\n" 1}'])('refuses %s', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError)
  })
})
