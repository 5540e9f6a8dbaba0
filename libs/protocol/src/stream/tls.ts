/** A certificate and its private key, PEM. */
export interface Pair {
  readonly cert: string
  readonly key: string
}

/** What a server presents and whom it lets in. Both are read for each new connection, so both may change at run time. */
export interface AcceptedTls {
  credentials(): Pair
  /** SHA-256 over the DER of each accepted certificate, 64 lower-case hex digits. In mode `shared`: its own. */
  acceptedDigests(): ReadonlySet<string>
}
