import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf, validated } from '../fixtures.ts'

describe('a config of ip-restriction', () => {
  it.each([
    [
      'no list',
      { allow: null },
      { '@entity': ["at least one of these fields must be non-empty: 'config.allow', 'config.deny'"] },
    ],
    [
      'an address that is none',
      { allow: ['999.1.1.1'] },
      { config: { allow: ["invalid ip or cidr range: '999.1.1.1'"] } },
    ],
    [
      'a range that is none',
      { deny: ['::1', '10.0.0.0/33'] },
      { config: { deny: [null, "invalid ip or cidr range: '10.0.0.0/33'"] } },
    ],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('ip-restriction', config))).toEqual(errors)
  })

  it.each([
    ['both lists', { deny: ['::1'] }, { allow: ['10.0.0.0/8'], deny: ['::1'], status: null, message: null }],
    ['an answer of its own', { status: 418, message: 'go' }, { status: 418, message: 'go' }],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('ip-restriction', config))).toMatchObject(expected)
  })

  it('works on streams too, and on consumers', () => {
    const consumer = { id: '11111111-1111-4111-8111-111111111111' }
    expect(validated({ ...anInputWith('ip-restriction', {}), consumer })).toMatchObject({
      entity: { protocols: ['http', 'https', 'tcp', 'tls', 'grpc', 'grpcs'], consumer },
    })
  })
})
