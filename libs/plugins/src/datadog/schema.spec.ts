import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

const unsampled = "failed conditional validation given value of field 'stat_type'"

describe('a config of datadog', () => {
  it.each([
    [
      'a metric that lacks its kind',
      { metrics: [{ name: 'latency' }] },
      { config: { metrics: [{ stat_type: 'required field missing' }] } },
    ],
    [
      'a counter without a rate',
      { metrics: [{ name: 'request_count', stat_type: 'counter' }] },
      { config: { metrics: [{ '@entity': [unsampled], sample_rate: 'required field missing' }] } },
    ],
    [
      'a rate beyond one',
      { metrics: [{ name: 'request_count', stat_type: 'gauge', sample_rate: 2 }] },
      { config: { metrics: [{ '@entity': [unsampled], sample_rate: 'value should be between 0 and 1' }] } },
    ],
    [
      'an unknown metric',
      { metrics: [{ name: 'mood', stat_type: 'set' }] },
      {
        config: {
          metrics: [
            {
              name: 'expected one of: kong_latency, latency, request_count, request_size, response_size, upstream_latency',
            },
          ],
        },
      },
    ],
    [
      'a tag that ends in a colon',
      { metrics: [{ name: 'latency', stat_type: 'timer', tags: ['a:b', 'c:'] }] },
      { config: { metrics: [{ tags: [null, 'invalid value: c:'] }] } },
    ],
    ['no list of metrics', { metrics: null }, { config: { metrics: 'required field missing' } }],
    ['a host with a port', { host: 'h:8125' }, { config: { host: 'must not have a port' } }],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('datadog', config))).toEqual(errors)
  })

  it.each([
    [
      'its defaults',
      {},
      {
        host: 'localhost',
        port: 8125,
        retry_count: null,
        metrics: expect.arrayContaining([
          {
            name: 'latency',
            stat_type: 'timer',
            tags: ['app:kong'],
            sample_rate: null,
            consumer_identifier: 'custom_id',
          },
        ]),
      },
    ],
    ['a host in a vault', { host: '{vault://env/datadog}' }, { host: '{vault://env/datadog}' }],
    ['no metric at all', { metrics: [] }, { metrics: [] }],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('datadog', config))).toMatchObject(expected)
  })
})
