import { isUuid } from '@biplane/entities'
import { cloneId, type NodeReport, type RosterReport } from '@biplane/protocol'
import { sql, type Transaction } from 'kysely'
import type { Database } from '../database.ts'
import type { Schema } from '../schema.ts'
import { storeHealth } from './health.ts'
import type { HubBeat } from './hubs.ts'
import { isAlive } from './lease.ts'
import { storable } from './storable.ts'

/**
 * Renews the leases of hubs' sessions: without it for 5 s, the nodes of a hub no longer count as connected. A session
 * starts with its first complete roster; before that, and after a newer session started, this changes nothing of the hub.
 */
export async function hubHeartbeats(db: Database, beats: readonly HubBeat[]): Promise<void> {
  const told = sql`jsonb_to_recordset(${JSON.stringify(beats, storable)}::jsonb) as beat("hubId" uuid, session bigint, about jsonb)`
  // Locked in one order: another process may be told of the same hubs.
  await db.run((kysely) =>
    sql`
      with heard as materialized (
        select hubs.id, beat.about from hubs join ${told} on beat."hubId" = hubs.id and beat.session = hubs.session
        order by hubs.id for update of hubs
      )
      update hubs set heartbeat = clock_timestamp(), about = heard.about from heard where hubs.id = heard.id`.execute(
      kysely,
    ),
  )
}

/**
 * Takes a hub's report. `stale` when it is not of the hub's session: another one is alive, or it is no complete roster
 * and so starts none; nothing was changed then. Each row applies by the session rules of its node: if it is not older
 * than the row's session or the row is no longer connected; an offline report to its own session only. A complete roster
 * also marks the hub's other nodes offline.
 */
export async function applyRoster(
  db: Database,
  hubId: string,
  hubSession: number,
  report: RosterReport,
): Promise<'applied' | 'stale'> {
  return await db.transaction(async (tx) => {
    if (!(await isCurrent(tx, hubId, hubSession, report.complete))) return 'stale'
    const nodes = report.nodes.filter(({ nodeId }) => isUuid(nodeId))
    const online = nodes.filter(({ state }) => state.kind !== 'offline')
    if (report.complete) await markMissing(tx, hubId, online)
    await markOffline(
      tx,
      hubId,
      nodes.filter(({ state }) => state.kind === 'offline'),
    )
    await storeOnline(tx, hubId, hubSession, online)
    await storeHealth(tx, hubId, hubSession, report.health ?? [])
    await renew(tx, hubId, hubSession, report)
    return 'applied'
  })
}

/** Locks the hub's row, so that its reports are taken one after another. */
async function isCurrent(
  tx: Transaction<Schema>,
  hubId: string,
  hubSession: number,
  complete: boolean,
): Promise<boolean> {
  if (complete) {
    await sql`insert into hubs (id, session, heartbeat) values (${hubId}, 0, '-infinity') on conflict do nothing`.execute(
      tx,
    )
  }
  const { rows } = await sql<{ session: number; alive: boolean }>`
    select session, ${isAlive} as alive from hubs where id = ${hubId} for update`.execute(tx)
  const [hub] = rows
  if (hub === undefined) return false
  return complete ? hubSession >= hub.session || !hub.alive : hubSession === hub.session
}

/** A watermark is of one session: the whole roster of the next one takes that of the last away. */
async function renew(
  tx: Transaction<Schema>,
  hubId: string,
  hubSession: number,
  { complete, watermark }: RosterReport,
): Promise<void> {
  const mark = watermark === undefined ? null : JSON.stringify(watermark)
  const next = mark === null && !complete ? sql`watermark` : sql`${mark}::jsonb`
  await sql`
    update hubs set session = ${hubSession}, heartbeat = clock_timestamp(), watermark = ${next}
    where id = ${hubId}`.execute(tx)
}

/** Until when a node of the hub was known to be attached. */
const seenUntil = (hubId: string) => sql`(
  select greatest(last_seen, case when ${isAlive} then clock_timestamp() else heartbeat end) from hubs where id = ${hubId}
)`

async function markMissing(
  tx: Transaction<Schema>,
  hubId: string,
  online: readonly NodeReport[],
): Promise<void> {
  await sql`
    update nodes set connected = false, last_seen = ${seenUntil(hubId)}, updated_at = clock_timestamp()
    where hub = ${hubId} and connected and not exists (
      select from ${reported(online)} where nodes.id in (reported.id, reported.clone) and reported.session >= nodes.session
    )`.execute(tx)
}

async function markOffline(
  tx: Transaction<Schema>,
  hubId: string,
  offline: readonly NodeReport[],
): Promise<void> {
  if (offline.length === 0) return
  await sql`
    update nodes set connected = false, report = reported.report, updated_at = clock_timestamp(),
      last_seen = case when connected then ${seenUntil(hubId)} else last_seen end
    from ${reported(offline)}
    where nodes.id in (reported.id, reported.clone) and nodes.session = reported.session and nodes.hub = ${hubId}`.execute(
    tx,
  )
}

/**
 * A node that came with an id which another process has at another hub gets a row of its own. The other one may only seem
 * to be there, on a link that is half open: which it is, is seen when the rows are read.
 */
async function storeOnline(
  tx: Transaction<Schema>,
  hubId: string,
  hubSession: number,
  online: readonly NodeReport[],
): Promise<void> {
  if (online.length === 0) return
  await sql`
    with told as (
      select distinct on (id) *, exists (
        select from nodes as owner join hubs on hubs.id = owner.hub and hubs.session = owner.hub_session and ${isAlive}
        where owner.id = reported.id and owner.connected and owner.hub <> ${hubId}
          and owner.report->>'instance' <> reported.report->>'instance'
      ) as contested
      from ${reported(online)} order by id, session desc
    ), settled as (
      delete from nodes using told where nodes.id = told.clone and not contested
    )
    insert into nodes (id, hub, hub_session, session, connected, last_seen, updated_at, contested_since, report)
    select case when contested then clone else id end, ${hubId}::uuid, ${hubSession}::bigint, session, true,
      clock_timestamp(), clock_timestamp(), case when contested then clock_timestamp() end, report
    from told order by 1
    on conflict (id) do update set hub = excluded.hub, hub_session = excluded.hub_session, session = excluded.session,
      connected = true, last_seen = excluded.last_seen, updated_at = excluded.updated_at, report = excluded.report,
      contested_since = case when excluded.contested_since is not null
        then coalesce(nodes.contested_since, excluded.contested_since) end
    where nodes.session <= excluded.session or not nodes.connected or not exists (
      select from hubs where id = nodes.hub and session = nodes.hub_session and ${isAlive}
    )`.execute(tx)
}

/** Reports as rows of a statement. */
function reported(nodes: readonly NodeReport[]) {
  const rows = nodes.map((report) => ({
    ...{ id: report.nodeId, clone: cloneId(report), session: report.session, report },
  }))
  return sql`jsonb_to_recordset(${JSON.stringify(rows, storable)}::jsonb) as reported(id uuid, clone uuid, session bigint, report jsonb)`
}
