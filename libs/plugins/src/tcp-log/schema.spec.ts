import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of tcp-log', () => {
  it.each([
    [
      'what it must know',
      { host: null, port: null },
      { config: { host: 'required field missing', port: 'required field missing' } },
    ],
    ['a host with a port', { host: 'h:1' }, { config: { host: 'must not have a port' } }],
    ['a port beyond the range', { port: 65536 }, { config: { port: 'value should be between 0 and 65535' } }],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('tcp-log', config))).toEqual(errors)
  })

  it.each([['its defaults', {}, { timeout: 10000, keepalive: 60000, tls: false, tls_sni: null }]])(
    'may have %s',
    (_, config, expected) => {
      expect(configOf(anInputWith('tcp-log', config))).toMatchObject(expected)
    },
  )
})
