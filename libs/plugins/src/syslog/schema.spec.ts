import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of syslog', () => {
  it.each([
    [
      'an unknown facility',
      { facility: 'local8' },
      { config: { facility: expect.stringMatching(/^expected one of: auth, .*, local7$/) } },
    ],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('syslog', config))).toEqual(errors)
  })

  it.each([['its defaults', {}, { log_level: 'info', facility: 'user', custom_fields_by_lua: null }]])(
    'may have %s',
    (_, config, expected) => {
      expect(configOf(anInputWith('syslog', config))).toMatchObject(expected)
    },
  )
})
