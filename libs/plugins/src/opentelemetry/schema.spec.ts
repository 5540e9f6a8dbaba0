import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of opentelemetry', () => {
  it.each([
    ['no collector', { endpoint: null }, { config: { endpoint: 'required field missing' } }],
    [
      'a collector that is no URL',
      { endpoint: 'h.test:4318' },
      { config: { endpoint: 'missing host in url' } },
    ],
    [
      'an attribute that is a number',
      { resource_attributes: { n: 5 } },
      { config: { resource_attributes: 'expected a string' } },
    ],
    [
      'an attribute of nothing',
      { resource_attributes: { n: '' } },
      { config: { resource_attributes: 'length must be at least 1' } },
    ],
    [
      'a bad name of a header',
      { headers: { 'x y': '1' } },
      { config: { headers: "bad header name 'x y', allowed characters are A-Z, a-z, 0-9, '_', and '-'" } },
    ],
    [
      'a fraction of a batch',
      { batch_span_count: 1.5 },
      { config: { batch_span_count: 'expected an integer' } },
    ],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('opentelemetry', config))).toEqual(errors)
  })

  it.each([
    [
      'its defaults',
      {},
      {
        headers: null,
        resource_attributes: null,
        connect_timeout: 1000,
        header_type: 'preserve',
        batch_span_count: null,
      },
    ],
    [
      'a token in a vault',
      { headers: { 'api-key': '{vault://env/otel}' } },
      { headers: { 'api-key': '{vault://env/otel}' } },
    ],
    [
      'attributes',
      { resource_attributes: { 'service.name': 'edge' } },
      { resource_attributes: { 'service.name': 'edge' } },
    ],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('opentelemetry', config))).toMatchObject(expected)
  })
})
