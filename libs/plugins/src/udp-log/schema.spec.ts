import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of udp-log', () => {
  it.each([
    [
      'what it must know',
      { host: null, port: null },
      { config: { host: 'required field missing', port: 'required field missing' } },
    ],
    ['a host that is none', { host: 'h/x' }, { config: { host: 'invalid value: h/x' } }],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('udp-log', config))).toEqual(errors)
  })

  it.each([['its defaults', {}, { timeout: 10000, custom_fields_by_lua: null }]])(
    'may have %s',
    (_, config, expected) => {
      expect(configOf(anInputWith('udp-log', config))).toMatchObject(expected)
    },
  )
})
