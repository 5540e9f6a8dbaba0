import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of request-size-limiting', () => {
  it.each([
    [
      'half a byte',
      { allowed_payload_size: 0.5 },
      { config: { allowed_payload_size: 'expected an integer' } },
    ],
    [
      'an unknown unit',
      { size_unit: 'gigabytes' },
      { config: { size_unit: 'expected one of: megabytes, kilobytes, bytes' } },
    ],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('request-size-limiting', config))).toEqual(errors)
  })

  it.each([
    [
      'its defaults',
      {},
      { allowed_payload_size: 128, size_unit: 'megabytes', require_content_length: false },
    ],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('request-size-limiting', config))).toMatchObject(expected)
  })
})
