/** What asked for a write, as far as it is known. */
export interface Origin {
  /** Whose token or certificate it was, or the name of a housekeeping job. */
  readonly who: string | null
  readonly role: string | null
  /** The IP address that the request came from. */
  readonly address: string | null
  readonly method: string | null
  /** Without the query, and without secrets. */
  readonly path: string | null
  readonly requestId: string | null
}

/** Of what no request asked for. */
export function housekeeping(job: string | null): Origin {
  return { who: job, role: null, address: null, method: null, path: null, requestId: null }
}
