import {
  type Database,
  type DatabaseUnavailable,
  KeyringRefusal,
  migrate,
  SchemaIncomplete,
  SchemaTooNew,
  unlockKeyring,
} from '@biplane/database'
import { type Logger, StartProblem } from '@biplane/service'
import { patiently } from './patiently.ts'

/** Whether the database can be used, as far as this process knows; each change is told to the log once. */
export class DatabaseState {
  readonly #log: Logger
  #prepared = false
  #reason: string | null = 'the database has not answered yet'
  #lostAt: number | null = null
  #outages = 0

  constructor(log: Logger) {
    this.#log = log
  }

  /** Why nothing may be asked of the database yet; null once its schema is ready. */
  get unprepared(): string | null {
    return this.#prepared ? null : this.#reason
  }

  /** Whether the log knows of an outage that is not over. */
  get isLost(): boolean {
    return this.#lostAt !== null
  }

  /** How often the database was lost since the start. */
  get outages(): number {
    return this.#outages
  }

  /**
   * Brings the schema up to date, and unlocks the keyring, as soon as the database can be reached: processes may start in any order.
   *
   * @throws StartProblem for a schema that this release cannot use, and for keys that do not fit
   */
  async prepare(db: Database, signal: AbortSignal): Promise<void> {
    try {
      await patiently(
        signal,
        async () => {
          await migrate(db)
          await unlockKeyring(db)
        },
        (outage) => this.observe(outage),
      )
    } catch (error) {
      if (isRefusal(error)) throw new StartProblem(error.message, { cause: error })
      throw error
    }
    this.#prepared = true
    this.observe(null)
  }

  /** @param outage why the database does not answer, or null when it does */
  observe(outage: DatabaseUnavailable | null): void {
    this.#reason = outage?.message ?? null
    if (outage !== null && this.#lostAt === null) {
      this.#lostAt = Date.now()
      this.#outages += 1
      this.#log.warn(
        { reason: outage.message },
        `the database does not answer (${outage.message}): requests that need it get 503, nodes go on; trying again until it does`,
      )
    }
    if (outage === null && this.#lostAt !== null) {
      const afterMs = Date.now() - this.#lostAt
      this.#log.info({ afterMs }, `the database answers again after ${Math.round(afterMs / 1000)} s`)
      this.#lostAt = null
    }
  }
}

function isRefusal(error: unknown): error is Error {
  return [SchemaTooNew, SchemaIncomplete, KeyringRefusal].some((refusal) => error instanceof refusal)
}
