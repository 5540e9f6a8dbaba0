import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of grpc-web', () => {
  it.each([
    [
      'a text for a flag',
      { pass_stripped_path: 'yes' },
      { config: { pass_stripped_path: 'expected a boolean' } },
    ],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('grpc-web', config))).toEqual(errors)
  })

  it.each([['its defaults', {}, { proto: null, pass_stripped_path: null, allow_origin_header: '*' }]])(
    'may have %s',
    (_, config, expected) => {
      expect(configOf(anInputWith('grpc-web', config))).toMatchObject(expected)
    },
  )
})
