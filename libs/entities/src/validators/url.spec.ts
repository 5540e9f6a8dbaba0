import { describe, expect, it } from 'vitest'
import { urlParts, urlProblem } from './url.ts'

describe('urlProblem', () => {
  it.each([
    ['http://h.test', undefined],
    ['https://user:pass@[::1]:4318/v1/traces?x=1#y', undefined],
    ['tcp+tls://h', undefined],
    ['h.test/path', 'missing host in url'],
    ['http:/h.test', 'missing host in url'],
    ['http://', 'missing host in url'],
    ['http://:80', 'missing host in url'],
    ['http://user@', 'missing host in url'],
    ['//h.test/x', 'missing scheme in url'],
    ['-h://h.test', 'missing host in url'],
  ])('of %s is %s', (url, problem) => {
    expect(urlProblem(url)).toBe(problem)
  })

  it('is found at once in a long text', () => {
    expect(urlProblem(`http://${'@'.repeat(100_000)}`)).toBeUndefined()
    expect(urlProblem(`http://h${':'.repeat(100_000)}`)).toBeUndefined()
  })
})

describe('urlParts', () => {
  it.each([
    ['http://user:pass@h.test:80/x', { scheme: 'http', userinfo: 'user:pass', host: 'h.test' }],
    ['http://@h.test', { scheme: 'http', userinfo: '', host: 'h.test' }],
    ['http://[::1]:80', { scheme: 'http', userinfo: undefined, host: '[::1]' }],
    ['x', { scheme: undefined, userinfo: undefined, host: undefined }],
  ])('tells apart those of %s', (url, parts) => {
    expect(urlParts(url)).toEqual(parts)
  })
})
