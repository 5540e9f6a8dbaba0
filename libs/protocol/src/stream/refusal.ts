/** Why connections are not let in, or are cut off: few, since each names a series of a metric. */
export const REFUSAL_CAUSES = [
  'handshake',
  'no_certificate',
  'not_accepted',
  'expired',
  'revoked',
  'revocation_unknown',
  'other_node',
  'protocol',
  'too_many',
] as const

export type RefusalCause = (typeof REFUSAL_CAUSES)[number]

export interface Refusal {
  readonly cause: RefusalCause
  /** A sentence for the log. */
  readonly reason: string
}
