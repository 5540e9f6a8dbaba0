import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

describe('a config of proxy-cache', () => {
  it.each([
    ['no strategy', { strategy: null }, { config: { strategy: 'required field missing' } }],
    ['an unknown strategy', { strategy: 'redis' }, { config: { strategy: 'expected one of: memory' } }],
    [
      'memory that is not there',
      { memory: { dictionary_name: 'mine' } },
      { '@entity': ["missing shared dict 'mine'"] },
    ],
    ['no time at all', { cache_ttl: 0 }, { config: { cache_ttl: 'value must be greater than 0' } }],
    ['no status', { response_code: [] }, { config: { response_code: 'length must be at least 1' } }],
    [
      'a status beyond the range',
      { response_code: [200, 901] },
      { config: { response_code: [null, 'value should be between 100 and 900'] } },
    ],
    [
      'a method that changes things',
      { request_method: ['DELETE'] },
      { config: { request_method: ['expected one of: HEAD, GET, POST, PATCH, PUT'] } },
    ],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('proxy-cache', config))).toEqual(errors)
  })

  it.each([
    [
      'its defaults',
      {},
      {
        response_code: [200, 301, 404],
        request_method: ['GET', 'HEAD'],
        cache_ttl: 300,
        memory: { dictionary_name: 'kong_db_cache' },
      },
    ],
    [
      'memory of another name',
      { memory: { dictionary_name: 'prometheus_metrics' } },
      { memory: { dictionary_name: 'prometheus_metrics' } },
    ],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('proxy-cache', config))).toMatchObject(expected)
  })
})
