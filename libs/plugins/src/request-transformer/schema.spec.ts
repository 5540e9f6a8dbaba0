import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of request-transformer', () => {
  it.each([
    [
      'a header without a value',
      { add: { headers: ['just_a_key'] } },
      { config: { add: { headers: ['invalid value: just_a_key'] } } },
    ],
    [
      'a header with an odd name',
      { append: { headers: ['a b:c'] } },
      { config: { append: { headers: ["'a b' is not a valid header"] } } },
    ],
    [
      'a removed header with an odd name',
      { remove: { headers: ['a,b'] } },
      { config: { remove: { headers: ["'a,b' is not a valid header"] } } },
    ],
    [
      'a header with an odd new name',
      { rename: { headers: ['a:b,c'] } },
      { config: { rename: { headers: ["'b,c' is not a valid header"] } } },
    ],
    [
      'a header without a new name',
      { rename: { headers: ['a:'] } },
      { config: { rename: { headers: ["'' is not a valid header"] } } },
    ],
    [
      'an argument without a value',
      { add: { querystring: ['a'] } },
      { config: { add: { querystring: ["key 'a' has no value"] } } },
    ],
    [
      'a member without a value',
      { replace: { body: ['x:1', 'a:'] } },
      { config: { replace: { body: [null, "key 'a' has no value"] } } },
    ],
    [
      'a value without a name',
      { rename: { body: [':b'] } },
      { config: { rename: { body: ["key '' has no value"] } } },
    ],
    ['a null for a list', { add: { body: null } }, { config: { add: { body: 'required field missing' } } }],
    ['a null for a record', { add: null }, { config: { add: 'required field missing' } }],
    [
      'a template that is a program',
      { add: { headers: ['a:b', 'x:$(os.time())'] }, replace: { uri: '/$(headers)', body: ['a:$(1 + 1)'] } },
      {
        config: {
          add: { headers: [null, expect.stringContaining('the template $(os.time() is not supported')] },
          replace: {
            uri: expect.stringContaining('the template $(headers) is not supported'),
            body: [expect.stringContaining('the template $(1 + 1) is not supported')],
          },
        },
      },
    ],
    ['a method in small letters', { http_method: 'get' }, { config: { http_method: 'invalid value: get' } }],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('request-transformer', config))).toEqual(errors)
  })

  it.each([
    [
      'its defaults',
      {},
      {
        http_method: null,
        remove: { body: [], headers: [], querystring: [] },
        rename: { body: [], headers: [], querystring: [] },
        replace: { body: [], headers: [], querystring: [], uri: null },
      },
    ],
    [
      'names of headers to remove',
      { remove: { headers: ['just_a_key', 'x:y'] } },
      { remove: { headers: ['just_a_key', 'x:y'] } },
    ],
    ['an empty header', { add: { headers: ['x:'] } }, { add: { headers: ['x:'] } }],
    [
      'templates',
      { replace: { uri: '/$(uri_captures.a)', body: ['a:$(headers.b)'] } },
      { replace: { body: ['a:$(headers.b)'] } },
    ],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('request-transformer', config))).toMatchObject(expected)
  })
})
