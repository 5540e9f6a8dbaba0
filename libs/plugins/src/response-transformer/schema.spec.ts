import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of response-transformer', () => {
  it.each([
    [
      'a header without a value',
      { add: { headers: ['just_a_key'] } },
      { config: { add: { headers: ['invalid value: just_a_key'] } } },
    ],
    [
      'a header with an odd name',
      { rename: { headers: ['x-requ,est-id:x-new'] } },
      { config: { rename: { headers: ["'x-requ,est-id' is not a valid header"] } } },
    ],
    [
      'an unknown type',
      { add: { json_types: ['date'] } },
      { config: { add: { json_types: ['expected one of: boolean, number, string'] } } },
    ],
    [
      'a member without a value',
      { replace: { json: ['a'] } },
      { config: { replace: { json: ['invalid value: a'] } } },
    ],
    ['a null for a list', { add: { json: null } }, { config: { add: { json: 'required field missing' } } }],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('response-transformer', config))).toEqual(errors)
  })

  it.each([
    [
      'its defaults',
      {},
      {
        remove: { json: [], headers: [] },
        rename: { headers: [] },
        add: { json: [], json_types: [], headers: [] },
      },
    ],
    ['a new name of a header', { rename: { headers: ['a:b'] } }, { rename: { headers: ['a:b'] } }],
    [
      'typed members',
      { add: { json: ['n:5'], json_types: ['number'] } },
      { add: { json: ['n:5'], json_types: ['number'] } },
    ],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('response-transformer', config))).toMatchObject(expected)
  })
})
