import { sql } from 'kysely'
import type { Database } from './database.ts'

/** What a server and its user allow, for whoever looks for what is wrong. */
export interface ServerFacts {
  /** As `server_version_num`: 150004 is 15.4. */
  readonly version: number
  readonly versionName: string
  /** Of the database, such as `UTF8`. */
  readonly encoding: string
  /** A standby, or read-only by a setting. */
  readonly readOnly: boolean
  /** Connections that users may have together, and that there are besides the one that asked. */
  readonly connections: { readonly allowed: number; readonly used: number }
  /** Whether the user may make tables in the schema, or the schema where that is missing. */
  readonly mayCreate: boolean
  /** Tables of ours that are there, and that the user may not read and write. */
  readonly closedTables: readonly string[]
}

/** Changes nothing. @throws DatabaseUnavailable */
export async function serverFacts(db: Database): Promise<ServerFacts> {
  const { schema } = db.settings
  const ours = [
    'journal_head',
    'journal',
    'hubs',
    'nodes',
    'keyring',
    ...db.tables.all.map(({ kind }) => kind),
  ]
  const { rows } = await db.run((kysely) =>
    sql<Omit<ServerFacts, 'connections'> & { allowed: number; used: number }>`
      select current_setting('server_version_num')::int as version,
        current_setting('server_version') as "versionName",
        pg_encoding_to_char(encoding) as encoding,
        pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as "readOnly",
        current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
          - coalesce(current_setting('reserved_connections', true)::int, 0) as allowed,
        (select count(*) from pg_stat_activity
          where coalesce(backend_type, 'client backend') = 'client backend' and pid <> pg_backend_pid()) as used,
        case when to_regnamespace(quote_ident(${schema})) is null
          then has_database_privilege(current_database(), 'create')
          else has_schema_privilege(${schema}, 'create') and has_schema_privilege(${schema}, 'usage') end as "mayCreate",
        array(select relname::text from pg_class
          where relnamespace = to_regnamespace(quote_ident(${schema})) and relname = any(${ours}) and relkind = 'r'
            and not (has_schema_privilege(relnamespace, 'usage') and has_table_privilege(oid, 'select')
              and has_table_privilege(oid, 'insert') and has_table_privilege(oid, 'update')
              and has_table_privilege(oid, 'delete'))
          order by relname) as "closedTables"
      from pg_database where datname = current_database()`.execute(kysely),
  )
  const [facts] = rows
  if (facts === undefined) throw new Error('a session is in a database')
  const { allowed, used, ...rest } = facts
  return { ...rest, connections: { allowed, used } }
}

/** Milliseconds since 1970 by the clock of the server. @throws DatabaseUnavailable */
export async function databaseClock(db: Database): Promise<number> {
  const { rows } = await db.run((kysely) =>
    sql<{ now: number }>`select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now`.execute(
      kysely,
    ),
  )
  return rows[0]?.now ?? Number.NaN
}
