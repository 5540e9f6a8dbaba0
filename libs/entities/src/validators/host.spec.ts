import { describe, expect, it } from 'vitest'
import {
  hostProblem,
  hostWithPortProblem,
  sniProblem,
  wildcardHostProblem,
  wildcardSniProblem,
} from './host.ts'

describe('hostProblem', () => {
  it.each([
    ['h'],
    ['h.test'],
    ['h.test.'],
    ['_dmarc.h-1.test'],
    ['9foo.te-st.bar'],
    ['xn--pple-43d.com'],
    ['127.0.0.1'],
    ['::1'],
    ['[::1]'],
    ['010.000.0.001'],
  ])('accepts %s', (host) => {
    expect(hostProblem(host)).toBeUndefined()
  })

  it.each([
    ['h.test/x'],
    ['.h'],
    ['h..test'],
    ['h-.test'],
    ['*.test'],
    ['h test'],
    ['1.2.3.400'],
    ['1::2::3'],
    ['ü.test'],
    ['::ffff:10.0.0.1'],
    ['12:80'],
  ])('refuses %s', (host) => {
    expect(hostProblem(host)).toBe(`invalid value: ${host}`)
  })

  it.each([['h.test:80'], ['127.0.0.1:80'], ['[::1]:80'], ['h.test:99999'], ['[::1]:'], ['1.2.3.4:99999']])(
    'refuses the port of %s',
    (host) => {
      expect(hostProblem(host)).toBe('must not have a port')
    },
  )
})

describe('hostWithPortProblem', () => {
  it.each([
    ['h.test:80', undefined],
    ['[::1]:80', undefined],
    ['h.test:99999', 'invalid port number'],
    ['h/x', 'invalid hostname: h/x'],
    ['[h.test]:80', 'invalid hostname: [h.test]:80'],
    ['1.2.3', 'invalid ipv4 address: 1.2.3'],
    ['1::g', 'invalid ipv6 address: 1::g'],
    ['[::1]x', 'invalid ipv6 address'],
  ])('of %s is %s', (host, problem) => {
    expect(hostWithPortProblem(host)).toBe(problem)
  })
})

describe('wildcardHostProblem', () => {
  it.each([['*.h.test'], ['h.*'], ['h.test:8443'], ['*.h.test:80'], ['10.0.0.1']])('accepts %s', (host) => {
    expect(wildcardHostProblem(host)).toBeUndefined()
  })

  it.each([
    ['h/x', 'invalid hostname: h/x'],
    ['h..*', 'invalid hostname: h..abc'],
    ['h.test:port', 'invalid hostname: h.test:port'],
    ['1.2.3', 'invalid ipv4 address: 1.2.3'],
    ['h.test:99999', 'invalid port number'],
  ])('refuses %s', (host, problem) => {
    expect(wildcardHostProblem(host)).toBe(problem)
  })
})

describe('sniProblem', () => {
  it.each([
    ['h.test', undefined],
    ['10.0.0.1', 'must not be an IP'],
    ['::1', 'must not be an IP'],
    ['h.test:443', 'must not have a port'],
    ['h.test:99999', 'must not have a port'],
    ['*.h.test', 'invalid value: *.h.test'],
  ])('of %s is %s', (name, problem) => {
    expect(sniProblem(name)).toBe(problem)
  })
})

describe('wildcardSniProblem', () => {
  it.each([
    ['h.test', undefined],
    ['*.h.test', undefined],
    ['h.*', undefined],
    ['*.h.*', 'only one wildcard must be specified'],
    ['a.*.b', 'wildcard must be leftmost or rightmost character'],
    ['*.h.test:443', 'must not have a port'],
    ['h.test:443', 'must not have a port'],
    ['10.0.0.1', 'must not be an IP'],
    ['*.h/x', 'invalid value: wildcard.h/x'],
  ])('of %s is %s', (name, problem) => {
    expect(wildcardSniProblem(name)).toBe(problem)
  })
})
