import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of statsd', () => {
  it.each([
    [
      'a counter without a rate',
      { metrics: [{ name: 'request_count', stat_type: 'counter' }] },
      {
        config: {
          metrics: [
            {
              '@entity': ["failed conditional validation given value of field 'stat_type'"],
              sample_rate: 'required field missing',
            },
          ],
        },
      },
    ],
    [
      'no rate',
      { metrics: [{ name: 'latency', stat_type: 'timer', sample_rate: 0 }] },
      { config: { metrics: [{ sample_rate: 'value must be greater than 0' }] } },
    ],
    [
      'an unknown identifier',
      { metrics: [{ name: 'unique_users', stat_type: 'set', service_identifier: 'x' }] },
      {
        config: {
          metrics: [
            {
              service_identifier:
                'expected one of: service_id, service_name, service_host, service_name_or_host',
            },
          ],
        },
      },
    ],
    [
      'a range that is none',
      { allow_status_codes: ['200-299', '4xx'] },
      { config: { allow_status_codes: [null, 'invalid value: 4xx'] } },
    ],
    [
      'a packet too large',
      { udp_packet_size: 65508 },
      { config: { udp_packet_size: 'value should be between 0 and 65507' } },
    ],
    [
      'an unknown style',
      { tag_style: 'mine' },
      { config: { tag_style: 'expected one of: dogstatsd, influxdb, librato, signalfx' } },
    ],
    [
      'no default',
      { consumer_identifier_default: null },
      { config: { consumer_identifier_default: 'required field missing' } },
    ],
    ['a host with a port', { host: 'h:8125' }, { config: { host: 'must not have a port' } }],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('statsd', config))).toEqual(errors)
  })

  it.each([
    [
      'its defaults',
      {},
      {
        prefix: 'kong',
        consumer_identifier_default: 'custom_id',
        tag_style: null,
        metrics: expect.arrayContaining([
          {
            name: 'unique_users',
            stat_type: 'set',
            sample_rate: null,
            consumer_identifier: null,
            service_identifier: null,
            workspace_identifier: null,
          },
        ]),
      },
    ],
    ['no metric at all', { metrics: null }, { metrics: null }],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('statsd', config))).toMatchObject(expected)
  })
})
