import { describe, expect, it } from 'vitest'
import { originRule } from './origins.ts'

describe('originRule', () => {
  it.each<[string[], string | undefined, string | null]>([
    [['http://my-site.com', 'https://other.com:9000'], 'http://my-site.com', 'http://my-site.com'],
    [['http://my-site.com', 'https://other.com:9000'], 'http://my-site.com:80', 'http://my-site.com'],
    [['http://my-site.com:80', 'https://other.com'], 'http://my-site.com', 'http://my-site.com'],
    [['http://my-site.com', 'https://other.com'], 'https://other.com:443', 'https://other.com'],
    [['http://my-site.com', 'https://other.com'], 'https://my-site.com', null],
    [['http://my-site.com', 'https://other.com:9000'], 'https://other.com', null],
    [['http://my-site.com', 'http://x.test'], 'http://my-site.com.bad.test', null],
    [['http://my-site.com', 'http://x.test'], undefined, null],
    [['http://my-site.com', 'null'], 'null', 'null'],
    [['http://\\[::1\\]:3000', 'http://x.test'], 'http://[::1]:3000', 'http://[::1]:3000'],
    [['http://my-site.com'], 'http://other.test', 'http://my-site.com'],
    [['(.*)[.]test[.]com'], 'http://my.test.com', 'http://my.test.com'],
    [['(.*)[.]test[.]com'], 'http://my.test.com:8080', 'http://my.test.com:8080'],
    [['(.*)[.]test[.]com'], 'http://my.test.com.bad', null],
    [['^http://(a|b)[.]test$'], 'http://b.test', 'http://b.test'],
    [['^http://(a|b)[.]test$'], 'http://b.test:8080', null],
    [['(?:a|b)[.]test'], 'http://b.test', null],
    [['a|b.+'], 'http://bad', 'http://bad'],
    [['a|b'], 'http://ab', null],
    [['*', 'http://a.test'], 'http://b.test', null],
  ])('of %j answers %s', (origins, asking, expected) => {
    expect(originRule(origins, false)(asking)).toEqual({ origin: expected, varies: true, credentials: false })
  })

  it.each([[[]], [['*']]])('of %j answers everyone alike, unless credentials go with it', (origins) => {
    expect(originRule(origins, false)('http://a.test')).toMatchObject({ origin: '*', varies: false })
    expect(originRule(origins, true)('http://a.test')).toEqual({
      origin: 'http://a.test',
      varies: true,
      credentials: true,
    })
    expect(originRule(origins, true)(undefined)).toEqual({ origin: '*', varies: false, credentials: false })
  })
})
