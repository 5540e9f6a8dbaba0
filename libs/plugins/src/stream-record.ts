import type { RecordedAttempt } from './request-record.ts'

/** What a node measured of a stream and did with it; whole when the `log` phase begins. */
export interface StreamRecord {
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  /** As nginx says it: 200 where it was carried to its end, 403 and so on where a plugin refused it, 500 without a route, 502. */
  readonly status: number
  /** From the client and to it; of TLS that ends here what it carries. */
  readonly received: number
  readonly sent: number
  /** From the upstream and to it. */
  readonly upstreamReceived: number
  readonly upstreamSent: number
  /** Whole milliseconds. */
  readonly latencies: {
    /** From the beginning until the upstream was reached, or until it was clear that none is. */
    readonly gateway: number
    readonly session: number
  }
  /** Whether an upstream was reached. */
  readonly answeredBy: 'upstream' | 'gateway'
  /** Each attempt at an upstream. Null where the stream came to none. */
  readonly attempts: readonly RecordedAttempt[] | null
  /** Null where no TLS ended here. */
  readonly tls: { readonly version: string; readonly cipher: string } | null
}
