import type { Database } from '../database.ts'

/**
 * Brings the schema to what this release needs. Several instances may call it at once: one migrates, the others wait.
 * @throws SchemaTooNew, SchemaIncomplete
 */
export async function migrate(_db: Database): Promise<void> {
  throw new Error('not written yet')
}

/** Checks, without changing anything. @throws SchemaTooNew, SchemaIncomplete */
export async function requireCurrentSchema(_db: Database): Promise<void> {
  throw new Error('not written yet')
}
