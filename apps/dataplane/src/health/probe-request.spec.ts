import { describe, expect, it } from 'vitest'
import { activeChecks } from './checks.ts'
import { upstreamWith } from './fixtures/healthchecks.ts'
import { probeRequest, serverNameOf, statusOf } from './probe-request.ts'

const to = { ip: '10.0.0.1', port: 80, host: 'a.test' }

function checksWith(active: object, fields: object = {}) {
  const upstream = { ...upstreamWith({ active: { healthy: { interval: 1 }, ...active } }), ...fields }
  const checks = activeChecks(upstream)
  if (checks === null) throw new Error('nothing is probed')
  return checks
}

describe('the request of a probe', () => {
  it('is a GET in HTTP/1.0 for the path, with the headers, and the name of the target', () => {
    const checks = checksWith({ http_path: '/ok', headers: { 'X-A': ['1', '2'], 'X-B': ['3'] } })
    expect(probeRequest(checks, to)).toBe(
      'GET /ok HTTP/1.0\r\nX-A: 1\r\nX-A: 2\r\nX-B: 3\r\nHost: a.test\r\n\r\n',
    )
  })

  it.each([
    ['the name of the target', {}, to, 'a.test'],
    ['its address, where it has none', {}, { ...to, host: '10.0.0.1' }, '10.0.0.1'],
    ['an IPv6 address in brackets', {}, { ...to, host: 'fd00::1' }, '[fd00::1]'],
    ['the host_header of the upstream', { host_header: 'b.test:8080' }, to, 'b.test:8080'],
  ])('has as Host %s', (_, fields, probed, host) => {
    expect(probeRequest(checksWith({}, fields), probed)).toBe(`GET / HTTP/1.0\r\nHost: ${host}\r\n\r\n`)
  })

  it('stays one request, whatever the config says', () => {
    const checks = checksWith({ headers: { 'X-A': ['1\r\nX-Evil: 2', 'é'] } })
    expect(probeRequest(checks, to)).toBe(
      'GET / HTTP/1.0\r\nX-A: 1 X-Evil: 2\r\nX-A: Ã©\r\nHost: a.test\r\n\r\n',
    )
  })
})

describe('the first line of an answer', () => {
  it.each([
    ['HTTP/1.1 200 OK\r\n', 200],
    ['HTTP/1.0 503', 503],
    ['HTTP/1.1  404 Not Found', 404],
    ['HTTP/2.0 301 \n', 301],
    ['HTTP/1.1 20', 0],
    ['HTTP/1.1 2000 No', 0],
    ['220 mail.test ESMTP', 0],
    ['', 0],
  ])('%j has the status %d', (line, status) => {
    expect(statusOf(line)).toBe(status)
  })
})

describe('a TLS server', () => {
  it.each([
    ['the name of the target', {}, {}, 'a.test', 'a.test'],
    ['the host_header, without its port', {}, { host_header: 'b.test:8443' }, 'a.test', 'b.test'],
    ['https_sni before all', { https_sni: 'c.test' }, { host_header: 'b.test' }, 'a.test', 'c.test'],
    ['nobody, where that is an address', {}, {}, '10.0.0.1', undefined],
    ['nobody, where that is one of IPv6', {}, {}, 'fd00::1', undefined],
    ['nobody, where the host_header is one', {}, { host_header: '[::1]:80' }, 'a.test', undefined],
  ])('is asked for %s', (_, active, fields, host, name) => {
    expect(serverNameOf(checksWith(active, fields), { ...to, host })).toBe(name)
  })
})

describe('active checks', () => {
  it('are none where no interval is set', () => {
    expect(activeChecks(upstreamWith({ active: { unhealthy: { http_failures: 1 } } }))).toBe(null)
  })

  it('are as the config says, in milliseconds', () => {
    const checks = checksWith({
      type: 'https',
      healthy: { interval: 5 },
      unhealthy: { interval: 0.01 },
      timeout: 0.5,
      concurrency: 3,
      https_verify_certificate: false,
    })
    expect(checks).toEqual({
      type: 'https',
      usableEvery: 5000,
      // Kong looks ten times a second.
      unusableEvery: 100,
      timeout: 500,
      concurrency: 3,
      path: '/',
      headers: [],
      host: null,
      verify: false,
      serverName: null,
    })
    expect(checksWith({ timeout: 0 }).timeout).toBe(60_000)
  })
})
