import type { JsonObject, Upstream } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { type HashSources, hashInput } from './hash-input.ts'

const nothing: HashSources = {
  identity: () => undefined,
  clientIp: () => '10.0.0.9',
  header: () => [],
  cookie: () => undefined,
  path: () => '/p',
  queryArgument: () => [],
  capture: () => undefined,
  randomId: () => 'fresh',
}

function upstream(fields: JsonObject): Upstream {
  const none = {
    hash_on_header: null,
    hash_fallback_header: null,
    hash_on_cookie: null,
    hash_on_cookie_path: '/',
  }
  return { hash_on: 'none', hash_fallback: 'none', ...none, ...fields } as Upstream // only what is read of one
}

describe('what is hashed', () => {
  it.each<[string, JsonObject, Partial<HashSources>, string]>([
    ['nothing', {}, {}, ''],
    ['the consumer', { hash_on: 'consumer' }, { identity: () => 'someone' }, 'someone'],
    ['the address of the client', { hash_on: 'ip' }, {}, '10.0.0.9'],
    [
      'all values of a header',
      { hash_on: 'header', hash_on_header: 'A' },
      { header: () => ['x', 'y'] },
      'xy',
    ],
    [
      'a header without a value',
      { hash_on: 'header', hash_on_header: 'A', hash_fallback: 'ip' },
      { header: () => [''] },
      '',
    ],
    ['the path', { hash_on: 'path' }, {}, '/p'],
    ['a cookie', { hash_on: 'cookie', hash_on_cookie: 'c' }, { cookie: () => 'sent' }, 'sent'],
    ['an argument', { hash_on: 'query_arg', hash_on_query_arg: 'a' }, { queryArgument: () => ['1'] }, '1'],
    [
      'an argument without a value',
      { hash_on: 'query_arg', hash_on_query_arg: 'a' },
      { queryArgument: () => [true] },
      'true',
    ],
    [
      'several, sorted as text',
      { hash_on: 'query_arg', hash_on_query_arg: 'a' },
      { queryArgument: () => ['s', true, '', '1'] },
      ',1,s,true',
    ],
    [
      'what the path holds',
      { hash_on: 'uri_capture', hash_on_uri_capture: 'id' },
      { capture: () => '7' },
      '7',
    ],
    ['the fallback', { hash_on: 'consumer', hash_fallback: 'ip' }, {}, '10.0.0.9'],
    [
      'the header of the fallback',
      { hash_on: 'header', hash_on_header: 'A', hash_fallback: 'header', hash_fallback_header: 'B' },
      { header: (name) => (name === 'B' ? ['b'] : []) },
      'b',
    ],
    [
      'nothing where the fallback is missing too',
      { hash_on: 'consumer', hash_fallback: 'header', hash_fallback_header: 'B' },
      {},
      '',
    ],
  ])('is %s', (_what, fields, sources, text) => {
    expect(hashInput(upstream(fields), { ...nothing, ...sources })).toEqual({ text })
  })

  it('is a cookie of our own for a client that has none, as fallback too', () => {
    const fields = { hash_on_cookie: 'sticky', hash_on_cookie_path: '/app' }
    const expected = { text: 'fresh', cookie: { name: 'sticky', value: 'fresh', path: '/app' } }
    expect(hashInput(upstream({ hash_on: 'cookie', ...fields }), nothing)).toEqual(expected)
    expect(hashInput(upstream({ hash_on: 'consumer', hash_fallback: 'cookie', ...fields }), nothing)).toEqual(
      expected,
    )
  })
})
