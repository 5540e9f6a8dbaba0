import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import type { Log } from '../log.ts'
import { type Row, type StoredEntity, selected, toEntity, toStored, writtenColumns } from '../row.ts'
import type { Schema } from '../schema.ts'
import type { Table } from '../table.ts'

/** Lets a step go on, or not: with the transaction that it is to be done in. */
export type Permit = (tx: Transaction<Schema>) => Promise<boolean>

/**
 * Stores rows anew that fulfil a condition, in small transactions, until there are none or the permit is refused. Their
 * entities stay what they are, so this makes no revision. Rows that a writer has locked are left to it.
 *
 * @param stored is told how many rows were stored
 */
export async function rewriteRows(
  db: Database,
  table: Table,
  condition: RawBuilder<boolean>,
  permit: Permit = async () => true,
  stored: (rows: number) => void = () => undefined,
): Promise<void> {
  for (let after: string | null = null; ; ) {
    const rows: readonly Row[] = await db.transaction(async (tx) =>
      (await permit(tx)) ? await rewritePage(tx, db.log, table, condition, after) : [],
    )
    stored(rows.length)
    if (rows.length < PAGE) return
    after = String(rows.at(-1)?.id)
  }
}

const PAGE = 200

/** Undefined for what cannot be opened, which somebody damaged: it must not hold up all others. */
export function attempt<T>(log: Log, which: Readonly<Record<string, unknown>>, use: () => T): T | undefined {
  try {
    return use()
  } catch (error) {
    log.error({ ...which, err: error }, 'what is sealed here cannot be opened; it stays as it is')
    return undefined
  }
}

async function rewritePage(
  tx: Transaction<Schema>,
  log: Log,
  table: Table,
  condition: RawBuilder<boolean>,
  after: string | null,
): Promise<readonly Row[]> {
  const beyond = after === null ? sql`` : sql`and id > ${after}`
  const { rows } = await sql<Row>`
    select ${selected(table)} from ${sql.id(table.kind)} where ${condition} ${beyond}
    order by id limit ${PAGE} for update skip locked`.execute(tx)
  for (const row of rows) {
    const stored = attempt(log, { kind: table.kind, id: String(row.id) }, () =>
      toStored(table, toEntity(table, row)),
    )
    if (stored !== undefined) await rewriteRow(tx, table, row, stored)
  }
  return rows
}

/** Only what a secret may be in: the rest stays. */
async function rewriteRow(
  tx: Transaction<Schema>,
  table: Table,
  row: Row,
  { columns, body }: StoredEntity,
): Promise<void> {
  const changed = writtenColumns(table).flatMap(({ field, name }, i) =>
    table.secrets.includes(field) ? [sql`${sql.id(name)} = ${columns[i]}`] : [],
  )
  await sql`
    update ${sql.id(table.kind)} set ${sql.join([...changed, sql`body = ${body}`])} where id = ${row.id}`.execute(
    tx,
  )
}
