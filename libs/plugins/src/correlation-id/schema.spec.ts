import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of correlation-id', () => {
  it.each([
    [
      'an unknown generator',
      { generator: 'random' },
      { config: { generator: 'expected one of: uuid, uuid#counter, tracker' } },
    ],
    [
      'an empty generator',
      { generator: '' },
      { config: { generator: 'expected one of: uuid, uuid#counter, tracker' } },
    ],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('correlation-id', config))).toEqual(errors)
  })

  it.each([
    [
      'its defaults',
      {},
      { header_name: 'Kong-Request-ID', generator: 'uuid#counter', echo_downstream: false },
    ],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('correlation-id', config))).toMatchObject(expected)
  })
})
