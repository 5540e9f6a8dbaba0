import type { Entity } from '@biplane/entities'
import type { Facilities } from './facilities.ts'
import { someFacilities } from './fixtures.ts'
import type { StreamContext } from './stream-context.ts'
import type { StreamRecord } from './stream-record.ts'

/** For tests of plugins: a stream and what the node knows, as plain data. `aStream({})` was carried over TCP. */
export function aStream(fixture: {
  readonly clientIp?: string
  readonly route?: Entity
  readonly service?: Entity
  readonly facilities?: Facilities
  readonly record?: Partial<StreamRecord>
}): StreamContext {
  const facilities = fixture.facilities ?? someFacilities()
  return {
    stream: { transport: 'tcp', isTls: false, serverName: null, port: 9000 },
    clientIp: fixture.clientIp ?? '127.0.0.1',
    route: fixture.route ?? null,
    service: fixture.service ?? null,
    shared: new Map(),
    node: { id: 'a-node', hostname: 'node.test' },
    facilities,
    record: { ...A_RECORD, ...fixture.record },
    log: facilities.log,
  }
}

const A_RECORD: StreamRecord = {
  startedAt: 1_700_000_000_123,
  status: 200,
  received: 80,
  sent: 300,
  upstreamReceived: 300,
  upstreamSent: 80,
  latencies: { gateway: 2, session: 5000 },
  answeredBy: 'upstream',
  attempts: [
    { ip: '127.0.0.1', port: 5432, startedAt: 1_700_000_000_124, choosingMs: 0, status: 200, failed: false },
  ],
  tls: null,
}
