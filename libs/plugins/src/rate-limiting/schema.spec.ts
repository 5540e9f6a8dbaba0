import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

const noLimit =
  "at least one of these fields must be non-empty: 'config.second', 'config.minute', 'config.hour', 'config.day', 'config.month', 'config.year'"
const given = (field: string) => `failed conditional validation given value of field 'config.${field}'`

describe('a config of rate-limiting', () => {
  it.each([
    ['no limit', { minute: null }, { '@entity': [noLimit] }],
    ['a limit of nothing', { minute: 0 }, { config: { minute: 'value must be greater than 0' } }],
    [
      'less in an hour than in a minute',
      { hour: 1 },
      { config: 'The limit for hour(1.0) cannot be lower than the limit for minute(5.0)' },
    ],
    [
      'less in a year, of several',
      { second: 1, year: 4.25 },
      { config: 'The limit for year(4.3) cannot be lower than the limit for minute(5.0)' },
    ],
    [
      'a Redis that is nowhere',
      { policy: 'redis', redis_port: null, redis_timeout: null },
      {
        '@entity': [given('policy'), given('policy'), given('policy')],
        config: {
          redis_host: 'required field missing',
          redis_port: 'required field missing',
          redis_timeout: 'required field missing',
        },
      },
    ],
    [
      'a Redis whose host is none, which is said twice',
      { policy: 'redis', redis_host: 'h:1' },
      { '@entity': [given('policy')], config: { redis_host: 'must not have a port' } },
    ],
    [
      'a header that is not named',
      { limit_by: 'header' },
      { '@entity': [given('limit_by')], config: { header_name: 'required field missing' } },
    ],
    [
      'a path that is not told',
      { limit_by: 'path' },
      { '@entity': [given('limit_by')], config: { path: 'required field missing' } },
    ],
    ['a relative path', { path: 'x' }, { config: { path: 'should start with: /' } }],
    [
      'counters in a database',
      { policy: 'cluster' },
      { config: { policy: 'expected one of: local, redis' } },
    ],
    [
      'counters in an unknown place',
      { policy: 'moon' },
      { config: { policy: 'expected one of: local, cluster, redis' } },
    ],
    ['counters nowhere', { policy: '' }, { config: { policy: 'expected one of: local, cluster, redis' } }],
    [
      'counters that are sent later, to nobody',
      { sync_rate: 1 },
      { config: 'sync_rate can only be used with the redis policy' },
    ],
    [
      'counters that are sent too often',
      { policy: 'redis', redis_host: 'h', sync_rate: 0.01 },
      { config: 'sync_rate must be greater than 0.02, or -1 to disable' },
    ],
    ['a limit that is a text', { minute: '5' }, { config: { minute: 'expected a number' } }],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('rate-limiting', config))).toEqual(errors)
  })

  it.each([
    [
      'its defaults',
      {},
      {
        minute: 5,
        hour: null,
        limit_by: 'consumer',
        policy: 'local',
        redis_port: 6379,
        error_code: 429,
        sync_rate: -1,
      },
    ],
    ['limits that grow', { second: 5, hour: 5, year: 6 }, { second: 5, minute: 5, hour: 5, year: 6 }],
    [
      'a Redis',
      { policy: 'redis', redis_host: 'h.test', redis_password: '', sync_rate: 0.02 },
      { redis_host: 'h.test', redis_password: '', sync_rate: 0.02 },
    ],
    ['a header', { limit_by: 'header', header_name: 'x-key' }, { header_name: 'x-key' }],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('rate-limiting', config))).toMatchObject(expected)
  })
})
