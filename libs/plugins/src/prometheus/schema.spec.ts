import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of prometheus', () => {
  it.each([['a number for a flag', { per_consumer: 1 }, { config: { per_consumer: 'expected a boolean' } }]])(
    'is refused for %s',
    (_, config, errors) => {
      expect(refusalOf(anInputWith('prometheus', config))).toEqual(errors)
    },
  )

  it.each([
    [
      'its defaults',
      {},
      {
        per_consumer: false,
        status_code_metrics: false,
        latency_metrics: false,
        bandwidth_metrics: false,
        upstream_health_metrics: false,
      },
    ],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('prometheus', config))).toMatchObject(expected)
  })
})
