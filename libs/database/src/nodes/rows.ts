import type { NodeState, Position, SyncStatus } from '@biplane/protocol'
import type { Database } from '../database.ts'

/** A node as it is at the moment of reading. Times are integer milliseconds of the database's clock, `ttl` seconds. */
export interface NodeRow {
  readonly id: string
  readonly hostname: string
  readonly ip: string
  readonly version: string
  readonly labels: Readonly<Record<string, string>>
  readonly syncStatus: SyncStatus
  /** `offline` when its hub is not heard of, whatever it was before; `in_sync` only at the head's revision. */
  readonly state: NodeState
  readonly applied: Position
  readonly desired: Position
  readonly appliedAt: number | null
  readonly applyTookMs: number | null
  readonly connectedAt: number
  readonly lastSeen: number
  /** Null while connected. */
  readonly offlineSince: number | null
  readonly updatedAt: number
  /** The hub it is, or was last, attached to. */
  readonly hubId: string
  /** Seconds until the row is purged. */
  readonly ttl: number
}

export interface NodePage {
  readonly rows: readonly NodeRow[]
  /** Where the next page starts; absent on the last one. */
  readonly offset?: string
}

export interface NodeQuery {
  readonly size: number
  readonly offset?: string
  /** Milliseconds after last contact at which a row is gone. */
  readonly purgeDelay: number
}

/** The nodes ordered by id. @throws DomainError (invalid offset) */
export async function listNodes(_db: Database, _query: NodeQuery): Promise<NodePage> {
  throw new Error('not written yet')
}
