import type { Settings } from '@biplane/service'

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
  /** Connections this process opens at most for reads and writes; creates have two more, the feed four. */
  readonly poolSize: number
}

/** What of the settings tells how to reach the database. */
export const DATABASE_SETTINGS = [
  'pg_host',
  'pg_port',
  'pg_user',
  'pg_password',
  'pg_database',
  'pg_schema',
  'pg_ssl',
  'pg_ssl_verify',
  'pg_timeout',
  'pg_pool_size',
] as const

export function databaseSettings(
  settings: Pick<Settings<'admin-api'>, (typeof DATABASE_SETTINGS)[number]>,
): DatabaseSettings {
  return {
    host: settings.pg_host,
    port: settings.pg_port,
    user: settings.pg_user,
    password: settings.pg_password ?? '',
    database: settings.pg_database,
    schema: settings.pg_schema ?? 'public',
    tls: settings.pg_ssl && { verify: settings.pg_ssl_verify },
    timeout: settings.pg_timeout,
    poolSize: settings.pg_pool_size,
  }
}
