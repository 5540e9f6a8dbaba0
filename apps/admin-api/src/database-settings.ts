import type { DatabaseSettings } from '@biplane/database'
import type { Settings } from '@biplane/service'

/** The `pg_…` settings as the database library takes them. */
export function databaseSettings(settings: Settings<'admin-api'>): DatabaseSettings {
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
