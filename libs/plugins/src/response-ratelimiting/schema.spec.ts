import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of response-ratelimiting', () => {
  it.each([
    ['no limits', { limits: null }, { config: { limits: 'required field missing' } }],
    ['an empty map of limits', { limits: {} }, { config: { limits: 'length must be at least 1' } }],
    [
      'limits of nothing',
      { limits: { sms: {} } },
      {
        config: {
          limits: {
            '@entity': [
              "at least one of these fields must be non-empty: 'second', 'minute', 'hour', 'day', 'month', 'year'",
            ],
          },
        },
      },
    ],
    [
      'less in an hour than in a minute',
      { limits: { sms: { minute: 10, hour: 1 } } },
      { config: { limits: 'the limit for hour(1.0) cannot be lower than the limit for minute(10.0)' } },
    ],
    [
      'an unknown period',
      { limits: { sms: { week: 1 } } },
      { config: { limits: { '@entity': expect.anything(), week: 'unknown field' } } },
    ],
    [
      'counters in a database',
      { policy: 'cluster' },
      { config: { policy: 'expected one of: local, redis' } },
    ],
    [
      'a Redis that is nowhere',
      { policy: 'redis' },
      {
        '@entity': ["failed conditional validation given value of field 'config.policy'"],
        config: { redis_host: 'required field missing' },
      },
    ],
    [
      'a Redis with an address for a name',
      { redis_server_name: '10.0.0.1' },
      { config: { redis_server_name: 'must not be an IP' } },
    ],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('response-ratelimiting', config))).toEqual(errors)
  })

  it.each([
    [
      'its defaults',
      {},
      {
        header_name: 'x-kong-limit',
        policy: 'local',
        redis_timeout: 2000,
        limits: { sms: { second: null, minute: 5, year: null } },
      },
    ],
    [
      'several limits',
      { limits: { a: { second: 1 }, b: { day: 2 } } },
      { limits: { a: { second: 1 }, b: { day: 2 } } },
    ],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('response-ratelimiting', config))).toMatchObject(expected)
  })
})
