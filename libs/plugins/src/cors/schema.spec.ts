import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of cors', () => {
  it.each([
    [
      'an origin that is no regex',
      { origins: ['*', '[a'] },
      { config: { origins: [null, "'[a' is not a valid regex"] } },
    ],
    [
      'an unknown method',
      { methods: ['get'] },
      {
        config: {
          methods: ['expected one of: GET, HEAD, PUT, PATCH, POST, DELETE, OPTIONS, TRACE, CONNECT'],
        },
      },
    ],
    ['an age that is a text', { max_age: '10' }, { config: { max_age: 'expected a number' } }],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('cors', config))).toEqual(errors)
  })

  it.each([
    ['its defaults', {}, { origins: null, max_age: null, credentials: false, preflight_continue: false }],
    [
      'origins of all sorts',
      { origins: ['*', 'https://h.test', '.*\\.h\\.test$'] },
      { origins: ['*', 'https://h.test', '.*\\.h\\.test$'] },
    ],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('cors', config))).toMatchObject(expected)
  })

  it('is of no consumer, who is known too late', () => {
    const input = { ...anInputWith('cors', {}), consumer: { id: '11111111-1111-4111-8111-111111111111' } }
    expect(refusalOf(input)).toEqual({ consumer: 'value must be null' })
  })
})
