import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { aWrite, ID, subschemas } from './fixtures/context.ts'
import { decodeForm } from './form.ts'
import { keyauthCredential } from './kinds/keyauth-credential.ts'
import { plugin } from './kinds/plugin.ts'
import { route } from './kinds/route.ts'
import { service } from './kinds/service.ts'
import { validate } from './validate.ts'

type Pairs = [string, string][]

describe('decodeForm', () => {
  it.each([
    [
      'numbers and booleans by the schema',
      service,
      'port=8080&enabled=false&retries=0',
      { port: 8080, enabled: false, retries: 0 },
    ],
    ['an empty text as null', service, 'path=', { path: null }],
    [
      'what it cannot convert as it is',
      service,
      'port=many&enabled=1&retries=1e400',
      { port: 'many', enabled: '1', retries: '1e400' },
    ],
    ['a list of one', service, 'tags=one', { tags: ['one'] }],
    ['a comma as a comma', service, 'tags=a,b', { tags: ['a,b'] }],
    ['appended members', service, 'tags[]=a&tags[]=b', { tags: ['a', 'b'] }],
    [
      'numbered members in their order',
      route,
      'hosts[2]=b&hosts[10]=c&hosts[1]=a',
      { hosts: ['a', 'b', 'c'] },
    ],
    ['a repeated name', route, 'methods=GET&methods=POST', { methods: ['GET', 'POST'] }],
    [
      'the keys of a map',
      route,
      'headers.location=x&headers.x-y=1&headers.x-y=2',
      { headers: { location: ['x'], 'x-y': ['1', '2'] } },
    ],
    ['a reference', route, 'service.name=s', { service: { name: 's' } }],
    [
      'records in a list',
      route,
      'sources[1].ip=::1&sources[1].port=80',
      { sources: [{ ip: '::1', port: 80 }] },
    ],
    [
      'a config by the name of its plugin',
      plugin,
      'name=rate-limiting&config.minute=5&config.redis.timeout=7',
      { name: 'rate-limiting', config: { minute: 5, redis: { timeout: 7 } } },
    ],
    [
      'a list in a config',
      plugin,
      'name=key-auth&config.key_names=apikey',
      { name: 'key-auth', config: { key_names: ['apikey'] } },
    ],
    [
      'the config of no known plugin as texts',
      plugin,
      'name=x&config.minute=5',
      { name: 'x', config: { minute: '5' } },
    ],
    ['the ttl of a credential', keyauthCredential, 'ttl=5', { ttl: 5 }],
    ['unknown names as texts', service, 'a.b=1&a.c[]=2', { a: { b: '1', c: ['2'] } }],
    [
      'a name that JavaScript treats as special',
      service,
      '__proto__.x=1',
      JSON.parse('{"__proto__":{"x":"1"}}'),
    ],
  ])('reads %s', (_, definition, form, input) => {
    expect(decodeForm(definition, new URLSearchParams(form), subschemas)).toStrictEqual(input)
  })

  it('reads the config of the plugin that is patched', () => {
    const current = { id: ID, name: 'rate-limiting' }
    expect(decodeForm(plugin, [['config.minute', '7']], subschemas, current)).toStrictEqual({
      config: { minute: 7 },
    })
  })

  it('makes an input that validates', () => {
    const form: Pairs = [
      ['protocols', 'http'],
      ['hosts[1]', 'a.test'],
      ['headers.location', 'my-loc'],
      ['strip_path', 'false'],
      ['regex_priority', '7'],
    ]
    expect(validate(route, decodeForm(route, form, subschemas), aWrite())).toMatchObject({
      entity: {
        protocols: ['http'],
        hosts: ['a.test'],
        headers: { location: ['my-loc'] },
        strip_path: false,
        regex_priority: 7,
      },
    })
  })

  it('reads any pairs without throwing', () => {
    const name = fc.oneof(fc.string(), fc.stringMatching(/^[a.[\]1]{0,12}$/), fc.constant('tags'))
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.string())), (pairs) => {
        expect(decodeForm(service, pairs, subschemas)).toBeTypeOf('object')
      }),
    )
    for (const piece of ['a.', '[a-', 'a[', '[1'])
      expect(decodeForm(service, [[piece.repeat(100_000), '1']], subschemas)).toBeTypeOf('object')
  })
})
