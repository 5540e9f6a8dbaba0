/** What a node measured of a request and did with it; whole when the `log` phase begins. */
export interface RequestRecord {
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  /** `scheme://host:port/target`, as the client sees it. */
  readonly url: string
  /** What came and went on the wire for it, heads included; of TLS what it carries. */
  readonly requestBytes: number
  readonly responseBytes: number
  /** Header fields before the gateway made them those of its own request to the upstream; names in lower case. */
  readonly requestHeaders: readonly (readonly [name: string, value: string])[]
  /** Path and query that went upstream; '' where nothing did. */
  readonly upstreamTarget: string
  /** Whole milliseconds. */
  readonly latencies: {
    /** Spent by the gateway. */
    readonly gateway: number
    /** Waited for the upstream; -1 where it was not asked. */
    readonly upstream: number
    readonly request: number
  }
  /** Whether an upstream made the answer, or the gateway. */
  readonly answeredBy: 'upstream' | 'gateway'
  /** Each attempt at an upstream. Null where the request came to none. */
  readonly attempts: readonly RecordedAttempt[] | null
  /** Null for a plain connection. */
  readonly tls: { readonly version: string; readonly cipher: string } | null
}

export interface RecordedAttempt {
  readonly ip: string
  readonly port: number
  /** When it was first asked where to go. Milliseconds since the epoch. */
  readonly startedAt: number
  /** How long it took to choose the address, a question to DNS included. Whole milliseconds. */
  readonly choosingMs: number
  /** Of the upstream's response, or what the gateway makes of its failure. */
  readonly status: number
  readonly failed: boolean
}
