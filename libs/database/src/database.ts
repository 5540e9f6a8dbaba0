import { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { type EntityRegistry, parseJson } from '@biplane/entities'
import { Kysely, PostgresDialect, type RawBuilder, sql, type Transaction } from 'kysely'
import pg from 'pg'
import { isTransient, toFailure } from './failure.ts'
import { Keyring } from './keyring/keyring.ts'
import type { Log } from './log.ts'
import type { Schema } from './schema.ts'
import type { DatabaseSettings } from './settings.ts'
import { Tables } from './tables.ts'

export interface DatabaseOptions {
  readonly settings: DatabaseSettings
  /** The kinds that have tables. */
  readonly registry: EntityRegistry
  /** What secrets are sealed and opened with; without one, neither is done. */
  readonly keyring?: Keyring
  readonly log: Log
}

/** A statement that the server parses and plans once on each connection, and that takes one parameter, `$1`. */
export interface Prepared {
  readonly name: string
  readonly text: string
}

/** Pools of connections to one schema. They outlive a lost database: each statement tries anew. */
export class Database {
  readonly settings: DatabaseSettings
  readonly log: Log
  readonly tables: Tables
  readonly #kysely: Kysely<Schema>
  readonly #feed: Kysely<Schema>
  readonly #brief: pg.Pool
  #restarts = 0

  constructor({ settings, registry, keyring = new Keyring([]), log }: DatabaseOptions) {
    this.settings = settings
    this.tables = new Tables(registry, keyring)
    this.log = log
    const { timeout } = settings
    this.#kysely = openKysely(settings, { timeout }, log)
    this.#feed = openKysely({ ...settings, poolSize: FEED_CONNECTIONS }, { timeout }, log)
    const brief = { timeout, lockTimeout: Math.min(timeout, BRIEF_LOCK_MS) }
    this.#brief = openPool({ ...settings, poolSize: BRIEF_CONNECTIONS }, brief, log)
  }

  /** Runs statements that need no transaction. @throws DatabaseUnavailable */
  async run<T>(use: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    return await mapped(use, this.#kysely)
  }

  /** The same on connections kept for the feed, which a crowd of writers must not hold up. @throws DatabaseUnavailable */
  async feed<T>(use: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    return await mapped(use, this.#feed)
  }

  prepare(name: string, statement: RawBuilder<unknown>): Prepared {
    const { sql: text, parameters } = statement.compile(this.#kysely)
    if (parameters.length > 0) throw new Error(`the statement '${name}' has parameters of its own`)
    return { name, text }
  }

  /**
   * Runs a statement that is a transaction of its own, on connections where it waits but briefly for a lock.
   * @throws what the driver throws
   */
  async brief<Row extends object>(statement: Prepared, parameter: string): Promise<readonly Row[]> {
    const { rows } = await this.#brief.query<Row>({ ...statement, values: [parameter] })
    return rows
  }

  /** How many transactions had to begin anew since the start, because they lost against another one. */
  get restarts(): number {
    return this.#restarts
  }

  /**
   * Runs a READ COMMITTED transaction, again when it lost against another one, so `use` must have no effect outside of it.
   * @throws DatabaseUnavailable; then the transaction may even have been committed, if the link broke at that very moment
   */
  async transaction<T>(use: (tx: Transaction<Schema>) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#kysely.transaction().execute(use)
      } catch (error) {
        if (!isTransient(error) || attempt === ATTEMPTS) throw toFailure(error)
        this.#restarts += 1
        await pause(Math.random() * 10 * 2 ** attempt)
      }
    }
  }

  /** @throws DatabaseUnavailable when the database does not answer */
  async ping(): Promise<void> {
    await this.run((db) => sql`select 1`.execute(db))
  }

  /** Lends connections on which statements may take as long as they need: for migrations. */
  async withoutTimeout<T>(use: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
    const kysely = openKysely(this.settings, { timeout: 0 }, this.log)
    try {
      return await mapped(use, kysely)
    } finally {
      await kysely.destroy()
    }
  }

  async close(): Promise<void> {
    const brief = this.#brief.ending ? undefined : this.#brief.end()
    await Promise.all([this.#kysely.destroy(), this.#feed.destroy(), brief])
  }
}

const ATTEMPTS = 6
/** One that looks at the head, one that reads changes, one that reads a snapshot. */
const FEED_CONNECTIONS = 3
const BRIEF_CONNECTIONS = 2
const BRIEF_LOCK_MS = 200

interface Patience {
  /** Milliseconds to wait for a statement, and for a lock unless `lockTimeout` says otherwise; 0 is for ever. */
  readonly timeout: number
  readonly lockTimeout?: number
}

async function mapped<T>(use: (db: Kysely<Schema>) => Promise<T>, kysely: Kysely<Schema>): Promise<T> {
  try {
    return await use(kysely)
  } catch (error) {
    throw toFailure(error)
  }
}

/** Opens nothing yet: the first statement connects. */
export function openDatabase(options: DatabaseOptions): Database {
  return new Database(options)
}

/** What `pg` needs to connect, for a pool or for one client. `timeout` 0 waits for ever. */
export function clientConfig(settings: DatabaseSettings, timeout: number): pg.ClientConfig {
  const { host, port, user, password, database, tls } = settings
  return {
    host,
    port,
    user,
    password,
    database,
    ssl: tls && { rejectUnauthorized: tls.verify, ...(tls.ca === undefined ? {} : { ca: tls.ca }) },
    application_name: 'biplane',
    connectionTimeoutMillis: settings.timeout,
    keepAlive: true,
    stream: () => mortalSocket(timeout),
    types: { getTypeParser },
  }
}

function openKysely(settings: DatabaseSettings, patience: Patience, log: Log): Kysely<Schema> {
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool: openPool(settings, patience, log) }) })
}

function openPool(settings: DatabaseSettings, patience: Patience, log: Log): pg.Pool {
  const pool = new pg.Pool({
    ...clientConfig(settings, patience.timeout),
    max: settings.poolSize,
    // Not kysely's hook: where that fails, as when the server stops at that moment, it keeps the connection for ever.
    onConnect: (client) => prepareSession(client, settings.schema, patience),
  })
  // Without listeners a connection that breaks while idle, or between two statements, would end the process.
  const lost = (error: Error) => log.debug({ err: error }, 'a database connection was lost')
  pool.on('error', lost)
  pool.on('connect', (client) => client.on('error', lost))
  return pool
}

/**
 * A transaction left open holds the lock of the journal's head for a frozen process: the server ends it after twice the
 * time-out. Statements are short: to compile one, which the server does where it expects many rows, takes longer than to run it.
 */
async function prepareSession(
  client: pg.ClientBase,
  schema: string,
  { timeout, lockTimeout = timeout }: Patience,
): Promise<void> {
  await client.query(
    `select set_config('search_path', $1, false), set_config('statement_timeout', $2, false),
      set_config('lock_timeout', $3, false), set_config('idle_in_transaction_session_timeout', $4, false),
      set_config('jit', 'off', false)`,
    [`"${schema.replaceAll('"', '""')}"`, String(timeout), String(lockTimeout), String(2 * timeout)],
  )
}

/**
 * The server ends a slow statement itself, and a transaction that pauses for twice as long, so a link that is silent for longer
 * is dead, which TCP alone notices after minutes.
 */
function mortalSocket(timeout: number): Socket {
  const socket = new Socket()
  if (timeout === 0) return socket
  const silence = 2.5 * timeout
  return socket.setTimeout(silence, () =>
    socket.destroy(new Error(`Connection terminated: silent for ${silence} ms`)),
  )
}

/** Counts (int8) as numbers: revisions and milliseconds stay far below 2^53. JSON as it was written. All else as `pg` does. */
const getTypeParser: typeof pg.types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  PARSERS[oid] ?? pg.types.getTypeParser(oid, format)

const PARSERS: Readonly<Record<number, (text: string) => unknown>> = {
  [pg.types.builtins.INT8]: Number,
  [pg.types.builtins.JSONB]: parseJson,
}
