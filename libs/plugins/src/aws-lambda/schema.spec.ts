import { describe, expect, it } from 'vitest'
import { anInputWith, configOf, refusalOf } from '../fixtures.ts'

const allOrNone = "all or none of these fields must be set: 'config.aws_key', 'config.aws_secret'"

describe('a config of aws-lambda', () => {
  it.each([
    ['a key without its secret', { aws_key: 'k' }, { '@entity': [allOrNone] }],
    ['a secret without its key', { aws_secret: 's' }, { '@entity': [allOrNone] }],
    [
      'a proxy that asks for TLS',
      { proxy_url: 'https://h.test:3128' },
      { '@entity': ['proxy_url scheme must be http'] },
    ],
    ['a proxy that is no URL', { proxy_url: 'h.test' }, { config: { proxy_url: 'missing host in url' } }],
    [
      'a region that is no name',
      { aws_region: 'us east' },
      { config: { aws_region: 'invalid value: us east' } },
    ],
    [
      'an unknown way to call',
      { invocation_type: 'Maybe' },
      { config: { invocation_type: 'expected one of: RequestResponse, Event, DryRun' } },
    ],
    [
      'a status beyond the range',
      { unhandled_status: 1000 },
      { config: { unhandled_status: 'value should be between 100 and 999' } },
    ],
  ])('is refused for %s', (_, config, errors) => {
    expect(refusalOf(anInputWith('aws-lambda', config))).toEqual(errors)
  })

  it.each([
    ['a key and its secret', { aws_key: 'k', aws_secret: 's' }, { aws_key: 'k', aws_secret: 's' }],
    ['one of them in a vault', { aws_key: '{vault://env/aws-key}' }, { aws_secret: null }],
    [
      'a region and a host',
      { aws_region: 'us-east-1', host: 'h.test' },
      { aws_region: 'us-east-1', host: 'h.test' },
    ],
    ['a proxy', { proxy_url: 'http://h.test:3128' }, { proxy_url: 'http://h.test:3128' }],
  ])('may have %s', (_, config, expected) => {
    expect(configOf(anInputWith('aws-lambda', config))).toMatchObject(expected)
  })
})
