import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of loggly', () => {
  it.each([['no key', { key: null }, { config: { key: 'required field missing' } }]])(
    'is refused for %s',
    (_, config, errors) => {
      expect(refusalOf(anInputWith('loggly', config))).toEqual(errors)
    },
  )

  it.each([
    [
      'its defaults',
      {},
      { host: 'logs-01.loggly.com', port: 514, tags: ['kong'], log_level: 'info', timeout: 10000 },
    ],
    [
      'a key in a vault, and tags once each',
      { key: '{vault://env/loggly}', tags: ['a', 'a'] },
      { key: '{vault://env/loggly}', tags: ['a'] },
    ],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('loggly', config))).toMatchObject(expected)
  })
})
