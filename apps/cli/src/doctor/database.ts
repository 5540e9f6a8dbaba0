import { DatabaseUnavailable, type ServerFacts, schemaStatus } from '@biplane/database'
import { explainDatabaseError, isForbidden } from '../database-error.ts'
import type { Check } from './check.ts'
import { databaseSettingsOf } from './contacts.ts'
import { type Finding, fine, problem, warning } from './finding.ts'

/** Whether an admin-api can work with its database. */
export const database: Check = {
  name: 'database',
  limitMs: 30_000,
  async examine({ installation, contacts }) {
    const contact = await contacts.database()
    const settings = databaseSettingsOf(installation)
    if (contact.kind === 'none' || settings === null) return []
    const { host, port, user, database, poolSize } = settings
    const subject = `${user}@${host}:${port}/${database}`
    if (contact.kind === 'failed') return [failureOf(subject, contact.error)]
    const { db, facts } = contact
    const findings = judgeServer(subject, facts, poolSize)
    const closed = judgeTables(settings.schema, facts)
    if (closed.length > 0) return [...findings, ...closed]
    try {
      const { kind } = await schemaStatus(db)
      return kind === 'current' ? findings : [...findings, ...judgeCreation(settings.schema, facts)]
    } catch (error) {
      if (error instanceof DatabaseUnavailable || isForbidden(error))
        return [...findings, failureOf(subject, error)]
      throw error
    }
  },
}

function failureOf(subject: string, error: unknown): Finding {
  const { message, remedy } = explainDatabaseError(error)
  return problem(subject, message, remedy)
}

/** The first that has what the tables are made of: NULLS NOT DISTINCT. */
const OLDEST = 15
/** Those that the feed has beside the pool, and the one that listens. */
const FEED_CONNECTIONS = 4

/** @param poolSize the setting pg_pool_size */
export function judgeServer(subject: string, facts: ServerFacts, poolSize: number): Finding[] {
  const findings: Finding[] = []
  const { version, versionName, encoding, readOnly, connections } = facts
  if (version < OLDEST * 10_000)
    findings.push(
      problem(subject, `PostgreSQL ${versionName} is too old`, `use PostgreSQL ${OLDEST} or later`),
    )
  if (encoding !== 'UTF8')
    findings.push(
      problem(
        subject,
        `the database has the encoding ${encoding}, which cannot hold every name`,
        "make one with encoding 'UTF8' and template template0",
      ),
    )
  if (readOnly)
    findings.push(
      problem(
        subject,
        'the database cannot be written: it is a standby, or read-only by a setting',
        'let pg_host name the primary server; see default_transaction_read_only of the user and the database',
      ),
    )
  const wanted = poolSize + FEED_CONNECTIONS
  if (wanted > connections.allowed)
    findings.push(
      warning(
        subject,
        `this admin-api may want ${wanted} connections, the server allows ${connections.allowed} for all`,
        'lower pg_pool_size, or raise max_connections',
      ),
    )
  if (connections.used >= connections.allowed)
    findings.push(
      problem(
        subject,
        `all ${connections.allowed} connections of the server are in use`,
        'raise max_connections, or lower pg_pool_size of its clients',
      ),
    )
  return findings.length > 0 ? findings : [fine(subject, `PostgreSQL ${versionName}, reached and writable`)]
}

function judgeTables(schema: string, { closedTables }: ServerFacts): Finding[] {
  if (closedTables.length === 0) return []
  const message = `the user may not read and write ${closedTables.join(', ')}`
  const remedy = 'let the user own the schema and its tables, or use the user that migrated it'
  return [problem(`schema ${schema}`, message, remedy)]
}

function judgeCreation(schema: string, { mayCreate }: ServerFacts): Finding[] {
  if (mayCreate) return []
  const message = 'the user may not make the tables that are missing'
  const remedy = 'grant it CREATE on the schema, or on the database where there is no schema yet'
  return [problem(`schema ${schema}`, message, remedy)]
}
