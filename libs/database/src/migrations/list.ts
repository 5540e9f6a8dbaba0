import type { Kysely, Transaction } from 'kysely'
import type { Migration } from 'kysely/migration'
import { createAudit } from '../audit/tables.ts'
import { createKeyring } from '../keyring/table.ts'
import type { Schema } from '../schema.ts'
import type { Tables } from '../tables.ts'
import { addFields } from './add-fields.ts'
import { addAbout, addContest, addHealth, addWatermark, createCore } from './core.ts'
import { createEntityTable, deferConstraints, pageByIndexes } from './entity-table.ts'
import { seed } from './seed.ts'

export interface ListedMigration extends Migration {
  readonly name: string
  /** The tables that it makes. */
  readonly makes: readonly string[]
}

/**
 * What this release needs, in the order of an empty database; in one that exists the missing ones run, wherever they
 * stand. There is one for each registered kind, so that registering another one is all it takes; for a field that a kind
 * gets later, if it needs a column or another key, `fields` runs once more under a new number.
 */
export function listMigrations(tables: Tables): readonly ListedMigration[] {
  const perKind = tables.all.map((table) => ({
    name: `entity-${table.kind}-0001`,
    makes: [table.kind],
    up: (db: Kysely<Schema>) => createEntityTable(db, table, tables.all),
  }))
  return [
    { name: 'audit-0001', makes: ['audit_requests', 'audit_objects'], up: createAudit },
    { name: 'core-0001', makes: ['journal_head', 'journal', 'hubs', 'nodes'], up: createCore },
    ...perKind,
    { name: 'fields-0001', makes: [], up: (db: Kysely<Schema>) => addFields(db, tables.all) },
    { name: 'fields-0002', makes: [], up: (db: Kysely<Schema>) => addFields(db, tables.all) },
    { name: 'hubs-0001', makes: [], up: addWatermark },
    { name: 'hubs-0002', makes: [], up: addAbout },
    { name: 'keyring-0001', makes: ['keyring'], up: createKeyring },
    { name: 'nodes-0001', makes: [], up: addContest },
    { name: 'nodes-0002', makes: [], up: addHealth },
    { name: 'pages-0001', makes: [], up: (db: Kysely<Schema>) => pageByIndexes(db, tables.all) },
    { name: 'references-0001', makes: [], up: deferConstraints },
    { name: 'seed-0001', makes: [], up: (db: Transaction<Schema>) => seed(db, tables) },
  ].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}
