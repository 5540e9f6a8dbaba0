import { sql } from 'kysely'
import type { Database } from '../database.ts'

export const CHANNEL = 'biplane_journal'

/**
 * Tells listeners that the head moved: a hint, sent after the commit and apart from it, since a NOTIFY inside the
 * transaction would make all commits wait in one line. One is in flight at a time; what commits meanwhile shares the next.
 */
export class HeadHint {
  readonly #db: Database
  #state: 'idle' | 'sending' | 'again' = 'idle'

  constructor(db: Database) {
    this.#db = db
  }

  /** Returns at once. */
  give(): void {
    const before = this.#state
    this.#state = before === 'idle' ? 'sending' : 'again'
    if (before === 'idle') void this.#send()
  }

  async #send(): Promise<void> {
    do {
      this.#state = 'sending'
      try {
        await this.#db.feed((db) => sql`notify ${sql.id(CHANNEL)}`.execute(db))
      } catch (error) {
        // Every watcher also polls, so a lost hint costs a fraction of a second.
        this.#db.log.debug({ err: error }, 'no hint of the new revision could be sent')
      }
    } while (this.#pending())
    this.#state = 'idle'
  }

  #pending(): boolean {
    return this.#state === 'again'
  }
}
