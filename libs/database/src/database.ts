import type { Log } from './log.ts'
import type { DatabaseSettings } from './settings.ts'

/** A pool of connections to one schema, for the kinds of one registry. It outlives a lost database. */
export interface Database {
  /** @throws DatabaseUnavailable when the database does not answer */
  ping(): Promise<void>
  close(): Promise<void>
}

/** Opens nothing yet: the first statement connects. `registry` says which kinds there are (type from entities, soon). */
export function openDatabase(_options: { settings: DatabaseSettings; log: Log }): Database {
  throw new Error('not written yet')
}
