import { expect, it } from 'vitest'
import { aStream } from './a-stream.ts'
import { streamLogEntry } from './stream-log-entry.ts'

it('the log entry of a stream has the fields that Kong has', () => {
  const stream = aStream({
    clientIp: '10.0.0.9',
    route: { id: 'r1', name: null, snis: ['db.test'] },
    service: { id: 's1', name: 'db' },
    record: {
      status: 200,
      attempts: [
        { ip: '10.0.0.1', port: 5432, startedAt: 1, choosingMs: 3, status: 502, failed: true },
        { ip: '10.0.0.2', port: 5432, startedAt: 2, choosingMs: 0, status: 200, failed: false },
      ],
      tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' },
    },
  })
  expect(streamLogEntry(stream)).toEqual({
    session: {
      tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', client_verify: 'NONE' },
      received: 80,
      sent: 300,
      status: 200,
      server_port: 9000,
    },
    upstream: { received: 300, sent: 80 },
    latencies: { kong: 2, session: 5000 },
    tries: [
      { ip: '10.0.0.1', port: 5432, balancer_latency: 3, balancer_start: 1, state: 'failed', code: 502 },
      { ip: '10.0.0.2', port: 5432, balancer_latency: 0, balancer_start: 2 },
    ],
    route: { id: 'r1', snis: ['db.test'] },
    service: { id: 's1', name: 'db' },
    client_ip: '10.0.0.9',
    started_at: 1_700_000_000_123,
  })
})

it('the log entry of a stream without a route says nothing of what it never had', () => {
  const { session, ...entry } = streamLogEntry(aStream({ record: { attempts: null, status: 500 } }))
  expect(session).toEqual({ received: 80, sent: 300, status: 500, server_port: 9000 })
  expect(Object.keys(entry).sort()).toEqual(['client_ip', 'latencies', 'started_at', 'upstream'])
})
