import { ownerOf } from '@biplane/config-store'
import {
  DATABASE_SETTINGS,
  type Database,
  databaseSettings,
  openDatabase,
  type ServerFacts,
  serverFacts,
} from '@biplane/database'
import { entityKinds, entityRegistry } from '@biplane/entities'
import type { Listen, Settings } from '@biplane/service'
import { adminAddress } from '../admin/address.ts'
import { type AdminApi, openAdminApi, Refusal, type WritableAdminApi } from '../admin/client.ts'
import type { AdminOptions } from '../admin/options.ts'
import type { Session } from '../frame/session.ts'
import { isObject } from '../nodes/node.ts'
import type { Installation } from './installation.ts'

/** Somebody whom an app talks to: not there to be asked, asked in vain, or reached. */
export type Contact<T> =
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | ({ readonly kind: 'reached' } & T)

export interface ReachedAdmin {
  readonly api: AdminApi
  readonly version: string
}

export interface ReachedDatabase {
  readonly db: Database
  readonly facts: ServerFacts
}

const PATIENCE_MS = 5000
const silent = (): void => undefined
const SILENT = { debug: silent, info: silent, warn: silent, error: silent }

/** Whom the checks of an installation ask. Each is reached once, by the first check that wants it. */
export class Contacts {
  readonly #installation: Installation
  readonly #session: Session
  readonly #options: AdminOptions
  #database: Promise<Contact<ReachedDatabase>> | null = null
  #admin: Promise<Contact<ReachedAdmin>> | null = null
  #own: Promise<number | null> | null = null
  #db: Database | null = null

  constructor(installation: Installation, session: Session, options: AdminOptions) {
    this.#installation = installation
    this.#session = session
    this.#options = options
  }

  /** The database of an admin-api whose settings name one. */
  database(): Promise<Contact<ReachedDatabase>> {
    this.#database ??= this.#reachDatabase()
    return this.#database
  }

  /** The Admin API that was named, or else the one that an admin-api is set up to serve. */
  admin(): Promise<Contact<ReachedAdmin>> {
    this.#admin ??= this.#reachAdmin()
    return this.#admin
  }

  /** The process of this very installation, if it runs and can be told. */
  ownProcess(): Promise<number | null> {
    this.#own ??= this.#findOwnProcess()
    return this.#own
  }

  /** Where the app of this installation tells how it is, if it is set up to. */
  ownStatus(): WritableAdminApi | null {
    const { app, settings } = this.#installation
    return this.#listening(app === 'admin-api' ? settings.admin_listen : settings.status_listen)
  }

  async #findOwnProcess(): Promise<number | null> {
    const { app, settings } = this.#installation
    if (app !== 'admin-api')
      return settings.lmdb_environment_path === undefined ? null : ownerOf(settings.lmdb_environment_path)
    const api = this.#ownAdminApi()
    return api === null ? null : await answeringProcess(api, settings.prefix, this.#session.signal)
  }

  async close(): Promise<void> {
    await this.#db?.close()
  }

  async #reachDatabase(): Promise<Contact<ReachedDatabase>> {
    const settings = databaseSettingsOf(this.#installation)
    if (settings === null) return { kind: 'none' }
    const timeout = Math.min(settings.timeout, PATIENCE_MS)
    const registry = entityRegistry(entityKinds)
    this.#db = openDatabase({ settings: { ...settings, timeout, poolSize: 2 }, registry, log: SILENT })
    try {
      return { kind: 'reached', db: this.#db, facts: await serverFacts(this.#db) }
    } catch (error) {
      return { kind: 'failed', error }
    }
  }

  async #reachAdmin(): Promise<Contact<ReachedAdmin>> {
    const named = this.#options.admin !== undefined
    try {
      const api = named ? openAdminApi(this.#session, this.#options) : this.#ownAdminApi()
      if (api === null) return { kind: 'none' }
      const { body } = await api.get('/', this.#session.signal, PATIENCE_MS)
      return { kind: 'reached', api, version: isObject(body) ? String(body.version) : '' }
    } catch (error) {
      // Whether an admin-api has to run here, nobody has said; one that asks for a token does.
      return named || isOfCaller(error) ? { kind: 'failed', error } : { kind: 'none' }
    }
  }

  #ownAdminApi(): AdminApi | null {
    const { app, settings } = this.#installation
    return app === 'admin-api' ? this.#listening(settings.admin_listen) : null
  }

  #listening(listens: readonly Listen[] = []): WritableAdminApi | null {
    if (listens.length === 0) return null
    const own = { admin: adminAddress(listens), insecure: true } as const
    // What is shown to an Admin API is nothing for the status of a hub or a node.
    return this.#installation.app === 'admin-api'
      ? openAdminApi(this.#session, { ...this.#options, ...own })
      : openAdminApi({ ...this.#session, env: {} }, own)
  }
}

/** Whether somebody answered, and asks who we are. */
function isOfCaller(error: unknown): boolean {
  return error instanceof Refusal && [401, 403, 429].includes(error.status)
}

/** Null for an app that has none, or whose settings do not name one. */
export function databaseSettingsOf({
  app,
  settings,
}: Installation): ReturnType<typeof databaseSettings> | null {
  if (app !== 'admin-api' || settings.database === 'off') return null
  if (DATABASE_SETTINGS.some((name) => !(name in settings))) return null
  // Each of them was just found.
  return databaseSettings(settings as Settings<'admin-api'>)
}

/** The process that serves an Admin API on this machine, unless that is of another installation. */
async function answeringProcess(
  api: AdminApi,
  prefix: string | undefined,
  signal: AbortSignal,
): Promise<number | null> {
  try {
    const { body: status } = await api.get('/status', signal, PATIENCE_MS)
    const pid = pidIn(status)
    // Without its database it does not tell its settings; then its address has to do.
    const settings = await api.get('/', signal, PATIENCE_MS).then(
      ({ body }) => (isObject(body) ? body.configuration : undefined),
      () => undefined,
    )
    return isObject(settings) && settings.prefix !== prefix ? null : pid
  } catch {
    return null // whoever listens there, it is no Admin API
  }
}

function pidIn(status: unknown): number | null {
  const memory = isObject(status) ? status.memory : undefined
  const [worker]: unknown[] =
    isObject(memory) && Array.isArray(memory.workers_lua_vms) ? memory.workers_lua_vms : []
  return isObject(worker) && typeof worker.pid === 'number' ? worker.pid : null
}
