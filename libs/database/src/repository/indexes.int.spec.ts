import { randomUUID } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../database.ts'
import { registry, startServer, type TestServer } from '../fixtures/server.ts'
import { type Table, tableOf } from '../table.ts'
import { condition, selectFrom } from './key.ts'
import { pageStatement } from './list.ts'
import { anyOf } from './statements.ts'
import { tagsStatement } from './tags.ts'

let server: TestServer
let db: Database

beforeAll(async () => {
  server = await startServer()
  db = await server.migrated()
})
afterAll(() => server.stop())

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Index Name'?: string
  readonly Plans?: readonly PlanNode[]
}

/** The steps by which a statement is done where rows are many: whole tables are read, and rows sorted, only if nothing else is left. */
async function stepsOf(statement: RawBuilder<unknown> | undefined): Promise<readonly string[]> {
  const { rows } = await db.transaction(async (tx) => {
    await sql`set local enable_seqscan = off`.execute(tx)
    await sql`set local enable_sort = off`.execute(tx)
    return await sql<{
      'QUERY PLAN': readonly [{ Plan: PlanNode }]
    }>`explain (format json) ${statement}`.execute(tx)
  })
  const steps = ({ Plans = [], ...node }: PlanNode): string[] => [
    node['Index Name'] ?? node['Node Type'],
    ...Plans.flatMap(steps),
  ]
  return rows.flatMap(({ 'QUERY PLAN': [{ Plan }] }) => steps(Plan))
}

const tables = registry.all.map((each) => tableOf(each))
const per = <T>(of: (table: Table) => readonly T[]) =>
  tables.flatMap((table) => of(table).map((each) => ({ kind: table.kind, table, each })))
const size = 100
const offset = (id: string) => Buffer.from(JSON.stringify([id])).toString('base64')

describe('an index gives', () => {
  it.each(tables)('the pages of $kind in their order', async (table) => {
    const page = pageStatement(table, { size, offset: offset(randomUUID()) })
    expect(await stepsOf(page)).toEqual(['Limit', `${table.kind}_pkey`])
  })

  it.each(per(({ references }) => references))(
    'the pages of $kind with the same $each.field, in their order, and all of them',
    async ({ table, each: { field, column } }) => {
      const index = `${table.kind}_${column}_id_idx`
      const references = { [field]: randomUUID() }
      const page = pageStatement(table, { size, offset: offset(randomUUID()), references })
      expect(await stepsOf(page)).toEqual(['Limit', index])
      const all = sql`${selectFrom(table)} where ${anyOf(table, column, [randomUUID()], sql.raw('uuid'))}`
      expect(await stepsOf(all)).toContain(index)
    },
  )

  const fields = per(({ unique }) => unique.flatMap(({ columns }) => (columns.length === 1 ? columns : [])))
  it.each(fields)('an entity of $kind by $each.field', async ({ kind, table, each: { field } }) => {
    const found = sql`${selectFrom(table)} where ${condition(table, { field, value: 'x' })}`
    expect(await stepsOf(found)).toContain(`${kind}_${field}_key`)
  })

  it('what carries a tag, and whatever carries any', async () => {
    const tagged = tables.filter(({ definition }) => definition.fields.tags !== undefined)
    for (const table of tagged) {
      const few = pageStatement(table, { size, tags: { match: 'all', of: ['x'] } })
      expect(await stepsOf(few)).not.toContain('Seq Scan')
    }
    const page = { size, offset: Buffer.from(`["${randomUUID()}","routes",1]`).toString('base64') }
    const steps = await stepsOf(tagsStatement(db.tables, page))
    expect(steps).toEqual(expect.arrayContaining(tagged.map(({ kind }) => `${kind}_tags_id_idx`)))
    expect(steps).not.toContain('Seq Scan')
  })
})
