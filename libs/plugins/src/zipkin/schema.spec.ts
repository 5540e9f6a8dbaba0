import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of zipkin', () => {
  it.each([
    [
      'the same tag twice',
      {
        static_tags: [
          { name: 'a', value: '1' },
          { name: 'b', value: '2' },
          { name: 'a', value: '3' },
        ],
      },
      { config: { static_tags: 'repeated tags are not allowed: a' } },
    ],
    [
      'a tag that is its own',
      { static_tags: [{ name: 'error', value: '1' }] },
      {
        config: {
          static_tags: [{ name: expect.stringMatching(/^must not be one of: error, http.method, /) }],
        },
      },
    ],
    [
      'a tag without a value',
      { static_tags: [{ name: 'a' }] },
      { config: { static_tags: [{ value: 'required field missing' }] } },
    ],
    [
      'a share beyond one',
      { sample_ratio: 1.5 },
      { config: { sample_ratio: 'value should be between 0 and 1' } },
    ],
    [
      'an odd length',
      { traceid_byte_count: 12 },
      { config: { traceid_byte_count: 'expected one of: 8, 16' } },
    ],
    [
      'a collector that is no URL',
      { http_endpoint: 'h' },
      { config: { http_endpoint: 'missing host in url' } },
    ],
    [
      'a header to ignore by default',
      { default_header_type: 'ignore' },
      { config: { default_header_type: 'expected one of: b3, b3-single, w3c, jaeger, ot, aws' } },
    ],
    [
      'a timeout beyond the range',
      { send_timeout: -1 },
      { config: { send_timeout: 'value should be between 0 and 2147483646' } },
    ],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('zipkin', config))).toEqual(errors)
  })

  it.each([
    [
      'its defaults',
      {},
      {
        http_endpoint: null,
        sample_ratio: 0.001,
        header_type: 'preserve',
        default_header_type: 'b3',
        static_tags: null,
      },
    ],
    [
      'tags',
      {
        static_tags: [
          { name: 'a', value: '1' },
          { name: 'b', value: '1' },
        ],
      },
      {
        static_tags: [
          { name: 'a', value: '1' },
          { name: 'b', value: '1' },
        ],
      },
    ],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('zipkin', config))).toMatchObject(expected)
  })
})
