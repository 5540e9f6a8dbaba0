/** Why a request is not taken, by what there would be too much of. */
export const shedReasons = [
  'requests_in_flight',
  'pipelined_requests',
  'upstream_connections',
  'pending_connects',
  'buffered_bytes',
  'memory',
  'event_loop_delay',
] as const
export type ShedReason = (typeof shedReasons)[number]

/** What a client was too slow in, so that its connection was closed. */
export const slownesses = ['head', 'body', 'answer'] as const
export type Slowness = (typeof slownesses)[number]
