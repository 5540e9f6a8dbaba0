/** How long a node waits for clients, milliseconds. */
export interface Patience {
  /** For the head of a request, and for a handshake. */
  readonly headMs: number
  /** For more of a body. */
  readonly bodyMs: number
  /** Until a client takes more of an answer. */
  readonly sendMs: number
  /** For the next request; 0 keeps no connection. */
  readonly keepAliveMs: number
  /** How many requests a connection carries. */
  readonly keepAliveRequests: number
  /** How old a connection may be when the answer to a request does not close it. */
  readonly keepAliveTimeMs: number
}

/** What is known of the connection of a client, in the times of one clock. */
export interface ClientState {
  readonly acceptedAt: number
  /** How many requests have come over it. */
  requests: number
  /** How many of them are not answered. */
  unanswered: number
  /** Since when none is, and how many bytes had come until then. */
  idleSince: number
  readWhenIdle: number
  /** How many bytes the client had taken at the last look at which it took any, and when that was. */
  taken: number
  takenAt: number
}

export function newClient(now: number): ClientState {
  return {
    acceptedAt: now,
    requests: 0,
    unanswered: 0,
    idleSince: now,
    readWhenIdle: 0,
    taken: 0,
    takenAt: now,
  }
}

/** Whether the answer that begins now is to close its connection. */
export function isWornOut({ requests, acceptedAt }: ClientState, patience: Patience, now: number): boolean {
  return (
    requests >= patience.keepAliveRequests ||
    patience.keepAliveMs === 0 ||
    now - acceptedAt >= patience.keepAliveTimeMs
  )
}

/** What a look at a connection shows, in bytes. */
export interface Seen {
  /** What has come of its client. */
  readonly read: number
  /** What the client has taken. */
  readonly taken: number
  /** What is ready for it and not taken. */
  readonly waiting: number
}

/** Looks at a connection, now and then: what its client took too long for, or whether it has been idle for too long. */
export function lookAt(
  client: ClientState,
  { headMs, sendMs, keepAliveMs }: Patience,
  { read, taken, waiting }: Seen,
  now: number,
): 'head' | 'answer' | 'idle' | null {
  if (waiting === 0 || taken !== client.taken) {
    client.taken = taken
    client.takenAt = now
  } else if (now - client.takenAt >= sendMs) return 'answer'
  if (client.unanswered > 0) return null
  const idleMs = now - client.idleSince
  // An engine that knows when a head began ends those that are late more exactly. But a client that sends what belongs to
  // none, such as empty lines, must not stay for ever.
  if (client.requests === 0) return idleMs >= headMs * 2 ? 'head' : null
  if (read === client.readWhenIdle) return idleMs >= keepAliveMs ? 'idle' : null
  return idleMs >= keepAliveMs + headMs ? 'head' : null
}
