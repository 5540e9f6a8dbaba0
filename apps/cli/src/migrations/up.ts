import { setTimeout as pause } from 'node:timers/promises'
import { type Database, DatabaseUnavailable, migrate } from '@biplane/database'
import { backoff } from '@biplane/service'
import { placeOf, withDatabase } from '../database.ts'
import type { Outcome } from '../frame/running.ts'
import type { Session } from '../frame/session.ts'

/** @param options `wait` in seconds */
export async function migrateUp(session: Session, { wait }: { readonly wait: number }): Promise<Outcome> {
  return await withDatabase(session, async (db) => {
    let executed: readonly string[] = []
    await session.steps([
      {
        title: 'Reach the database',
        async run(tell) {
          await untilReachable(db, wait * 1000, session.signal, tell)
          return `Reached ${placeOf(db)}`
        },
      },
      {
        title: 'Migrate the schema',
        async run(tell) {
          executed = await migrate(db, { onMigration: tell })
          return undefined
        },
      },
    ])
    return { json: { status: 'current', executed }, text: summary(executed.length) }
  })
}

function summary(count: number): string {
  if (count === 0) return 'The schema was up to date already.'
  return `${count === 1 ? '1 migration was' : `${count} migrations were`} executed: the schema is up to date.`
}

async function untilReachable(
  db: Database,
  waitMs: number,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<void> {
  const began = Date.now()
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await db.ping()
    } catch (error) {
      const elapsedMs = Date.now() - began
      if (!(error instanceof DatabaseUnavailable) || elapsedMs >= waitMs) throw error
      tell(error.message)
      const next = backoff({ attempts, elapsedMs, random: Math.random() })
      await pause(Math.min(next, waitMs - elapsedMs), undefined, { signal })
    }
  }
}
