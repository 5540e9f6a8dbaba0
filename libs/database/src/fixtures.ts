import { randomUUID } from 'node:crypto'
import {
  type Entity,
  type EntityDefinition,
  entityKinds,
  entityRegistry,
  type JsonObject,
  type Kind,
  type Subschemas,
  validate,
} from '@biplane/entities'
import { type RunningPostgres, startPostgres } from '@biplane/tools/postgres'
import { type Database, openDatabase } from './database.ts'
import { migrate } from './migrations/migrate.ts'
import type { DatabaseSettings } from './settings.ts'

const ignore = () => undefined
const QUIET = { debug: ignore, info: ignore, warn: ignore, error: ignore }

export const registry = entityRegistry(entityKinds)

/** A server for a spec file, with as many databases as it likes: each gets a schema of its own. */
export interface TestServer {
  readonly postgres: RunningPostgres
  settings(schema?: string): DatabaseSettings
  /** An open database; `kinds` are those of the registry if left out. */
  open(settings?: DatabaseSettings, kinds?: readonly EntityDefinition[]): Database
  /** The same, migrated. */
  migrated(kinds?: readonly EntityDefinition[]): Promise<Database>
  stop(): Promise<void>
}

export async function startServer(): Promise<TestServer> {
  const postgres = await startPostgres()
  const opened: Database[] = []
  const { host, port, user, password, database } = postgres
  const settings = (schema = `s-${randomUUID()}`): DatabaseSettings => ({
    ...{ host, port, user, password, database, schema },
    tls: false,
    timeout: 5000,
    poolSize: 20,
  })
  const open = (of = settings(), kinds = entityKinds) => {
    const db = openDatabase({ settings: of, registry: entityRegistry(kinds), log: QUIET })
    opened.push(db)
    return db
  }
  return {
    postgres,
    settings,
    open,
    async migrated(kinds) {
      const db = open(settings(), kinds)
      await migrate(db)
      return db
    },
    async stop() {
      await Promise.all(opened.map((db) => db.close()))
      await postgres.stop()
    },
  }
}

const subschemas: Subschemas = { plugins: new Map() }

/** A valid entity of a kind as `validate` makes it. */
export function aValid(kind: Kind, input: JsonObject): Entity {
  const definition = registry.get(kind)
  if (definition === undefined) throw new Error(`the kind '${kind}' is not registered`)
  const context = { subschemas, now: 1_700_000_000, uuid: randomUUID, randomKey: () => randomUUID() }
  const validation = validate(definition, input, context)
  if (!('entity' in validation)) throw new Error(`not valid: ${JSON.stringify(validation)}`)
  return validation.entity
}

export const aService = (input: JsonObject = {}): Entity =>
  aValid('services', { host: 'example.com', ...input })

export const aRoute = (service: Entity | null, input: JsonObject = {}): Entity =>
  aValid('routes', { paths: ['/'], service: service && { id: service.id }, ...input })

export const aConsumer = (input: JsonObject = {}): Entity =>
  aValid('consumers', { username: randomUUID(), ...input })

export const aCredential = (consumer: Entity, input: JsonObject = {}): Entity =>
  aValid('keyauth_credentials', { consumer: { id: consumer.id }, ...input })

/** A plugin without asking its schema, which libs/plugins has. */
export function aPlugin(input: JsonObject = {}): Entity {
  const fields = {
    created_at: 1_700_000_000,
    updated_at: 1_700_000_000,
    config: { minute: 5 },
    enabled: true,
  }
  const unset = { instance_name: null, route: null, service: null, consumer: null, tags: null }
  return {
    id: randomUUID(),
    name: 'rate-limiting',
    protocols: ['http', 'https'],
    ...unset,
    ...fields,
    ...input,
  }
}
