import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of grpc-gateway', () => {
  it.each([['a number for a file', { proto: 5 }, { config: { proto: 'expected a string' } }]])(
    'is refused for %s',
    (_, config, errors) => {
      expect(refusalOf(anInputWith('grpc-gateway', config))).toEqual(errors)
    },
  )

  it.each([
    ['its defaults', {}, { proto: null }],
    ['a file', { proto: '/etc/h.proto' }, { proto: '/etc/h.proto' }],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('grpc-gateway', config))).toMatchObject(expected)
  })
})
