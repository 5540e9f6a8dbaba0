import { describe, expect, it } from 'vitest'
import { array, integer, map, number, set, string } from '../field.ts'
import { attributeKeywords } from './keywords.ts'

describe('the keywords of a field', () => {
  it.each([
    ['a text is not empty', string(), { minLength: 1 }],
    ['unless it may be', string({ len_min: 0 }), {}],
    ['bytes are characters of at most four', string({ len_eq: 9 }), { minLength: 3, maxLength: 9 }],
    [
      'members of a list are counted',
      array(string(), { len_min: 1, len_max: 2 }),
      { minItems: 1, maxItems: 2 },
    ],
    ['so are those of a map', map(string(), string(), { len_min: 1 }), { minProperties: 1 }],
    ['limits are inclusive', integer({ between: [1, 5] }), { minimum: 1, maximum: 5 }],
    ['but for one', number({ gt: 0 }), { exclusiveMinimum: 0 }],
    ['choices', integer({ one_of: [1, 2] }), { enum: [1, 2] }],
    ['what is excluded', integer({ not_one_of: [3] }), { not: { enum: [3] } }],
    ['one value', integer({ eq: 4 }), { const: 4 }],
    ['any but one', integer({ ne: 4 }), { not: { const: 4 } }],
    ['a moment', integer({ timestamp: true }), { exclusiveMinimum: 0 }],
    ['a Lua pattern', string({ match: '^%a[%d_]-$' }), { minLength: 1, pattern: '^[A-Za-z][0-9_]*?$' }],
    ['a beginning', string({ starts_with: '/(' }), { minLength: 1, pattern: '^/\\(' }],
    [
      'what no text may be, which null is not',
      string({ not_match: 'x' }),
      { minLength: 1, not: { type: 'string', pattern: 'x' } },
    ],
    [
      'any of several patterns',
      string({ match_any: { patterns: ['^a', 'b$'] } }),
      { minLength: 1, anyOf: [{ pattern: '^a' }, { pattern: 'b$' }] },
    ],
    [
      'all of several patterns, since one keyword stands once only',
      string({ match_all: [{ pattern: '^a' }, { pattern: 'b$' }] }),
      { minLength: 1, pattern: '^a', allOf: [{ pattern: 'b$' }] },
    ],
    [
      'sets that exclude each other, and what may stand beside any',
      set(string({ one_of: ['a', 'b', 'c'] }), { mutually_exclusive_subsets: [['a'], ['b']] }),
      { anyOf: [{ items: { enum: ['a', 'c'] } }, { items: { enum: ['b', 'c'] } }] },
    ],
    ['a member that must be there', array(string(), { contains: 'a' }), { contains: { const: 'a' } }],
  ])('say: %s', (_, field, keywords) => {
    expect(attributeKeywords(field)).toEqual(keywords)
  })
})
