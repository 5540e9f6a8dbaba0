import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Database } from '@biplane/e2e/stack'
import { runSql } from '@biplane/tools/postgres'
import { connectToAdmin } from './admin-connection.ts'
import { addressOf } from './admin-fill.ts'
import { VARIABLE_DIGITS } from './pgbench.ts'
import { type Statement, transactionWith } from './statement-log.ts'

export interface Recorded {
  readonly adminUrl: string
  readonly database: Database
}

/** What PostgreSQL is sent for one consumer that is created, from its own log. */
export async function recordCreate({ adminUrl, database }: Recorded): Promise<readonly Statement[]> {
  const address = addressOf(database)
  const log = () => readFileSync(join(database.directory, 'server.log'), 'utf8')
  const connection = connectToAdmin(adminUrl)
  const create = (digits: string) =>
    connection.send('POST', '/consumers', {
      id: `00000000-0000-4000-8000-${digits}`,
      username: `bench-${digits}`,
    })
  await runSql(address, "alter system set log_statement = 'all'", 'select pg_reload_conf()')
  try {
    // The setting reaches each session in its own time.
    for (let number = 1; ; number += 1) {
      const digits = String(number).padStart(VARIABLE_DIGITS.length, '9')
      await create(digits)
      if (log().includes(`bench-${digits}`)) break
    }
    await create(VARIABLE_DIGITS)
    return transactionWith(log(), `bench-${VARIABLE_DIGITS}`)
  } finally {
    await runSql(address, 'alter system reset log_statement', 'select pg_reload_conf()')
    connection.close()
  }
}
