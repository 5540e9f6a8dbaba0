import { isJsonObject, type JsonObject } from '@biplane/entities'
import { sql } from 'kysely'
import type { Database } from './database.ts'
import { listen } from './listen.ts'

/** A level that every process of the control plane is asked to log at, as somebody asked one of them. */
export interface LogLevelWish {
  readonly level: string
  /** As it was given; null if it was not. */
  readonly timeout: string | null
}

const CHANNEL = 'biplane_log_level'

/** Tells every process that listens now, this one too. Nobody keeps it for others. @throws DatabaseUnavailable */
export async function broadcastLogLevel(db: Database, { level, timeout }: LogLevelWish): Promise<void> {
  const { schema } = db.settings
  await db.run((kysely) =>
    sql`select pg_notify(${CHANNEL}, ${JSON.stringify({ schema, level, timeout })})`.execute(kysely),
  )
}

/** Hears what is told so, until the signal aborts. */
export async function listenForLogLevels(
  db: Database,
  { signal, onWish }: { readonly signal: AbortSignal; readonly onWish: (wish: LogLevelWish) => void },
): Promise<void> {
  await listen(db, signal, {
    channel: CHANNEL,
    onMessage(payload) {
      const message = read(payload)
      // A database may hold several control planes, each in a schema of its own.
      if (message?.schema !== db.settings.schema) return
      const { level, timeout } = message
      if (typeof level === 'string') onWish({ level, timeout: typeof timeout === 'string' ? timeout : null })
    },
  })
}

/** Whoever may connect to the database may say anything on the channel. */
function read(payload: string): JsonObject | undefined {
  try {
    const message: unknown = JSON.parse(payload)
    return isJsonObject(message) ? message : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
