import {
  DATABASE_SETTINGS,
  type Database,
  DatabaseUnavailable,
  databaseSettings,
  openDatabase,
  SchemaIncomplete,
  SchemaTooNew,
} from '@biplane/database'
import { entityKindsOf, entityRegistry } from '@biplane/entities'
import { explainDatabaseError, isForbidden } from './database-error.ts'
import { Failure } from './frame/failure.ts'
import type { Session } from './frame/session.ts'

const silent = (): void => undefined
const SILENT = { debug: silent, info: silent, warn: silent, error: silent }

/** Lends the database that the `pg_…` settings name. @throws Failure where it cannot be reached or used */
export async function withDatabase<T>(session: Session, use: (db: Database) => Promise<T>): Promise<T> {
  const settings = databaseSettings(session.someSettings('admin-api', DATABASE_SETTINGS))
  const { router_flavor: flavor } = session.someSettings('admin-api', ['router_flavor'])
  const registry = entityRegistry(entityKindsOf(flavor))
  const db = openDatabase({ settings, registry, log: SILENT })
  try {
    return await use(db)
  } catch (error) {
    throw toFailure(error, db)
  } finally {
    await db.close()
  }
}

/** Where the tables are, as people say it. */
export function placeOf({ settings: { host, port, database, schema, user } }: Database): string {
  return `schema ${schema} of database ${database} on ${host}:${port} (user ${user})`
}

function toFailure(error: unknown, db: Database): unknown {
  if (error instanceof SchemaTooNew || error instanceof SchemaIncomplete)
    return new Failure(error.message, { cause: error })
  const isUnavailable = error instanceof DatabaseUnavailable
  if (!isUnavailable && !isForbidden(error)) return error
  const { message, remedy } = explainDatabaseError(error)
  return new Failure(isUnavailable ? error.message : `the database refuses this: ${message}`, {
    details: [remedy, `tried ${placeOf(db)}; the settings pg_host, pg_port, pg_user and so on name another`],
    cause: error,
  })
}
