import { isUuid } from '@biplane/entities'
import type { Position } from '@biplane/protocol'
import { sql } from 'kysely'
import type { Database } from '../database.ts'
import { fromOffset, toOffset } from '../paging.ts'
import { isAlive } from './lease.ts'
import { millis } from './millis.ts'
import type { NodeQuery } from './rows.ts'

/** What is known of a hub beside its nodes. */
export interface HubAbout {
  readonly hostname: string
  readonly ip: string
  readonly version: string
  /** Milliseconds since the epoch, of this session. */
  readonly connectedAt: number
  /** What its own copy has. */
  readonly applied: Position
  /** The hub that it follows; null where it follows a control plane. A process of an earlier release did not say. */
  readonly parent: string | null
  /** It is going to stop, and its nodes are told to leave it. */
  readonly draining: boolean
}

/** That a hub is heard. */
export interface HubBeat {
  readonly hubId: string
  readonly session: number
  readonly about: HubAbout
}

/** A hub as it is at the moment of reading. Times are integer milliseconds of the database's clock, `ttl` seconds. */
export interface HubRow {
  readonly id: string
  /** Null until it was heard once, and where a process of an earlier release hears it. */
  readonly about: HubAbout | null
  readonly connected: boolean
  readonly lastSeen: number
  /** How many connected nodes it has. */
  readonly nodes: number
  /** Seconds until it is forgotten. */
  readonly ttl: number
}

export interface HubPage {
  readonly rows: readonly HubRow[]
  /** Where the next page starts; absent on the last one. */
  readonly offset?: string
}

/** The hubs ordered by id. @throws DomainError (invalid offset) */
export async function listHubs(db: Database, { size, offset, purgeDelay }: NodeQuery): Promise<HubPage> {
  const from = offset === undefined ? null : fromOffset(offset)
  if (from !== null && !isUuid(from)) return { rows: [] }
  const expiry = sql`heartbeat + ${purgeDelay} * interval '1 millisecond'`
  const { rows } = await db.run((kysely) =>
    sql<HubRow>`
      select id, about, alive as connected, ${millis('heartbeat')} as "lastSeen",
        ceil(extract(epoch from ${expiry} - clock_timestamp()))::int as ttl,
        case when alive then (
          select count(*)::int from nodes where hub = hubs.id and connected and hub_session = hubs.session
        ) else 0 end as nodes
      from hubs cross join lateral (select ${isAlive} as alive) as lease
      where (${from}::uuid is null or id >= ${from}::uuid) and ${expiry} > clock_timestamp()
      order by id limit ${size + 1}`.execute(kysely),
  )
  const next = rows[size]
  const page = rows.slice(0, size)
  return next === undefined ? { rows: page } : { rows: page, offset: toOffset(next.id) }
}
