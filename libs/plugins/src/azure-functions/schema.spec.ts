import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of azure-functions', () => {
  it.each([
    [
      'what it must know',
      { appname: null, functionname: null, hostdomain: null },
      {
        config: {
          appname: 'required field missing',
          functionname: 'required field missing',
          hostdomain: 'required field missing',
        },
      },
    ],
    ['an empty name', { appname: '' }, { config: { appname: 'length must be at least 1' } }],
    ['a text for a number', { timeout: '5' }, { config: { timeout: 'expected a number' } }],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('azure-functions', config))).toEqual(errors)
  })

  it.each([
    [
      'its defaults',
      {},
      {
        timeout: 600000,
        https: true,
        https_verify: false,
        hostdomain: 'azurewebsites.net',
        routeprefix: 'api',
      },
    ],
    ['a key in a vault', { apikey: '{vault://env/azure}' }, { apikey: '{vault://env/azure}' }],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('azure-functions', config))).toMatchObject(expected)
  })
})
