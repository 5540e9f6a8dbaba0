import { type Database, listNodes, type NodeRow } from '@biplane/database'
import type { FastifyInstance } from 'fastify'
import { resource } from '../manners.ts'
import { nextLink, readPaging } from '../paging.ts'
import { queryOf } from '../query.ts'

export interface ClusteringOptions {
  readonly db: Database
  /** Milliseconds after last contact at which a node's row is gone. */
  readonly purgeDelay: number
}

/** The truth about every node, in Kong's form with our fields added. */
export function registerClustering(app: FastifyInstance, { db, purgeDelay }: ClusteringOptions): void {
  resource(app, '/clustering/data-planes', {
    async GET(request) {
      const query = queryOf(request)
      const { rows, offset } = await listNodes(db, { ...readPaging(query), purgeDelay })
      return { data: rows.map(toJson), ...nextLink('/clustering/data-planes', query, offset, ['size']) }
    },
  })
  resource(app, '/clustering/status', {
    async GET(_request, reply) {
      reply.header('Deprecation', 'true')
      const nodes = await everyNode(db, purgeDelay)
      return Object.fromEntries(nodes.map(toJson).map(({ id, ...rest }) => [id, rest]))
    },
  })
}

async function everyNode(db: Database, purgeDelay: number): Promise<readonly NodeRow[]> {
  const nodes: NodeRow[] = []
  let from: { readonly offset?: string } | undefined = {}
  while (from !== undefined) {
    const { rows, offset } = await listNodes(db, { size: PAGE, purgeDelay, ...from })
    nodes.push(...rows)
    from = offset === undefined ? undefined : { offset }
  }
  return nodes
}

const PAGE = 1000

/** Times are Unix seconds, as Kong's; `apply_took_ms` says its unit. */
export function toJson(row: NodeRow): Record<string, unknown> {
  const { state } = row
  return {
    id: row.id,
    hostname: row.hostname,
    ip: row.ip,
    version: row.version,
    labels: row.labels,
    sync_status: row.syncStatus,
    state: state.kind,
    config_hash: row.applied.hash,
    config_revision: row.applied.revision,
    desired_hash: row.desired.hash,
    desired_revision: row.desired.revision,
    last_seen: seconds(row.lastSeen),
    updated_at: seconds(row.updatedAt),
    connected_since: row.offlineSince === null ? seconds(row.connectedAt) : null,
    offline_since: seconds(row.offlineSince),
    applied_at: seconds(row.appliedAt),
    apply_took_ms: row.applyTookMs,
    hub: row.hubId,
    errors: state.kind === 'rejected' ? state.errors : [],
    withheld: state.kind === 'withheld' ? state.reason : null,
    ttl: row.ttl,
  }
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : Math.floor(ms / 1000)
}
