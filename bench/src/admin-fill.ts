import type { Database, Stack } from '@biplane/e2e/stack'
import { type PostgresAddress, runSql } from '@biplane/tools/postgres'

/** Lists of many rows, and of few out of many. */
export const LISTS = [
  '/consumers',
  '/consumers?tags=tenth',
  '/consumers?tags=rare',
  '/services/half/routes',
  '/consumers/bench/key-auth',
  '/consumers/bench/plugins',
  '/tags',
  '/tags/tenth',
  '/tags/rare',
] as const

/**
 * Makes one entity of each kind through the Admin API, and of that as many rows as asked for with SQL. A tenth carries the
 * tag `tenth`, a thousandth `rare`; half of the routes belong to the service `half`.
 */
export async function fillLists(admin: Stack['admin'], database: Database, rows: number): Promise<void> {
  await admin.put('/services/half', { url: 'http://upstream.test' })
  const other = await admin.put('/services/other', { url: 'http://upstream.test' })
  await admin.put('/consumers/bench', { tags: ['all'] })
  await admin.post('/services/half/routes', { name: 'bench', paths: ['/bench'], tags: ['all'] })
  await admin.post('/consumers/bench/key-auth', { key: 'bench' })
  await admin.post('/consumers/bench/plugins', { name: 'request-termination' })
  const tags = `case when n % 1000 = 0 then '["rare"]'::jsonb when n % 10 = 0 then '["tenth"]' else '["all"]' end`
  const service = `case when n % 2 = 0 then s.service_id else '${other.id}' end`
  const consumer = `(select array_agg(id) from consumers where username like 'row-%')`
  const multiplied = (kind: string, where: string, set: string, from = '') =>
    `insert into ${kind} select made.* from ${kind} s cross join generate_series(1, ${rows}) as n ${from}
     cross join jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid(), ${set})) as made where ${where}`
  const owners = `cross join (select ${consumer} as ids) as owners`
  await runSql(
    addressOf(database),
    multiplied('consumers', `s.username = 'bench'`, `'username', 'row-' || n, 'tags', ${tags}`),
    multiplied(
      'routes',
      `s.name = 'bench'`,
      `'name', 'row-' || n, 'tags', ${tags}, 'service_id', ${service}`,
    ),
    multiplied('keyauth_credentials', `s.key = 'bench'`, `'key', 'row-' || n, 'consumer_id', ids[n]`, owners),
    multiplied('plugins', `s.name = 'request-termination'`, `'consumer_id', ids[n]`, owners),
    'analyze',
  )
}

export function addressOf(database: Database): PostgresAddress {
  const { hostname, port, username, password, pathname } = new URL(database.url())
  return { host: hostname, port: Number(port), user: username, password, database: pathname.slice(1) }
}
