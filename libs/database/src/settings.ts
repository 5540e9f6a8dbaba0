/** How to reach the database: the `pg_…` settings, under their names without the prefix. */
export interface DatabaseSettings {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  /** The schema that holds all tables; created by `migrate` where missing. */
  readonly schema: string
  /** False for a plain connection; otherwise TLS, with the certificate verified if `verify`, against `ca` (PEM) where given. */
  readonly tls: false | { readonly verify: boolean; readonly ca?: string }
  /** Milliseconds to wait for a connection, for a statement and for a lock. */
  readonly timeout: number
  /** Connections this process opens at most for reads and writes; the feed has four more. */
  readonly poolSize: number
}
