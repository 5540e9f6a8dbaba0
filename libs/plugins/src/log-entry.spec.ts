import { describe, expect, it } from 'vitest'
import { aConsumer, aContext } from './fixtures.ts'
import { logEntry } from './log-entry.ts'

describe('the log entry of a request', () => {
  it('has the fields that Kong has, for one that was proxied', () => {
    const context = aContext({
      method: 'POST',
      path: '/a',
      query: 'b=1&b=2&c=3',
      response: { status: 201, headers: { 'Content-Type': 'text/plain', 'X-Many': ['1', '2'] } },
      clientIp: '10.0.0.9',
      route: { id: 'r1', name: null, paths: ['/a'] },
      service: { id: 's1', name: 'svc' },
      consumer: aConsumer(),
      credential: { id: 'k1', consumer: { id: 'c1' }, key: 'secret' },
      record: {
        requestHeaders: [
          ['host', 'api.test'],
          ['authorization', 'Basic x'],
        ],
        upstreamTarget: '/up?b=1&b=2&c=3',
        attempts: [
          { ip: '10.0.0.1', port: 80, startedAt: 1, choosingMs: 3, status: 502, failed: true },
          { ip: '10.0.0.2', port: 80, startedAt: 2, choosingMs: 0, status: 201, failed: false },
        ],
        tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
      },
    })
    expect(logEntry(context)).toEqual({
      request: {
        uri: '/a?b=1&b=2&c=3',
        url: 'http://api.test:8000/',
        querystring: { b: ['1', '2'], c: '3' },
        method: 'POST',
        headers: { host: 'api.test', authorization: 'REDACTED' },
        size: 80,
        tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', client_verify: 'NONE' },
      },
      upstream_uri: '/up?b=1&b=2&c=3',
      upstream_status: '502, 201',
      response: { status: 201, headers: { 'content-type': 'text/plain', 'x-many': ['1', '2'] }, size: 300 },
      latencies: { kong: 2, proxy: 5, request: 8 },
      tries: [
        { ip: '10.0.0.1', port: 80, balancer_latency: 3, balancer_start: 1, state: 'failed', code: 502 },
        { ip: '10.0.0.2', port: 80, balancer_latency: 0, balancer_start: 2 },
      ],
      authenticated_entity: { id: 'k1', consumer_id: 'c1' },
      route: { id: 'r1', paths: ['/a'] },
      service: { id: 's1', name: 'svc' },
      consumer: aConsumer(),
      client_ip: '10.0.0.9',
      started_at: 1_700_000_000_123,
    })
  })

  it('tells arguments without a value from those with an empty one', () => {
    expect(logEntry(aContext({ query: 'a&b=&c%20d&e=1&f?g' }))).toMatchObject({
      request: { querystring: { a: true, b: '', 'c d': true, e: '1', 'f?g': true } },
    })
  })

  it('says nothing of what a request that matched no route never had', () => {
    const entry = logEntry(aContext({ record: { attempts: null, upstreamTarget: '' } }))
    expect(Object.keys(entry).sort()).toEqual(
      [
        'client_ip',
        'latencies',
        'request',
        'response',
        'started_at',
        'upstream_status',
        'upstream_uri',
      ].sort(),
    )
    expect(entry).toMatchObject({ upstream_uri: '', upstream_status: '' })
  })
})
