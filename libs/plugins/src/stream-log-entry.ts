import type { JsonObject } from '@biplane/entities'
import { shownAttempt, withoutNulls } from './log-entry.ts'
import type { StreamContext } from './stream-context.ts'

/** A stream as all logging plugins tell of it: the fields of Kong's log serializer for streams. For the `log` phase. */
export function streamLogEntry({ stream, record, route, service, clientIp }: StreamContext): JsonObject {
  const { attempts, latencies, tls } = record
  return {
    session: {
      ...(tls === null ? {} : { tls: { ...tls, client_verify: 'NONE' } }),
      received: record.received,
      sent: record.sent,
      status: record.status,
      server_port: stream.port,
    },
    upstream: { received: record.upstreamReceived, sent: record.upstreamSent },
    latencies: { kong: latencies.gateway, session: latencies.session },
    ...(attempts === null ? {} : { tries: attempts.map((attempt) => shownAttempt(attempt)) }),
    ...(route === null ? {} : { route: withoutNulls(route) }),
    ...(service === null ? {} : { service: withoutNulls(service) }),
    client_ip: clientIp,
    started_at: record.startedAt,
  }
}
