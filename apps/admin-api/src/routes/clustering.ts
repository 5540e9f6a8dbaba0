import type { NodeRow } from '@biplane/database'
import type { FastifyInstance } from 'fastify'
import type { NodeRegister } from '../backend.ts'
import { everyNode } from '../every-node.ts'
import { resource } from '../manners.ts'
import { clusteringStatusContracts, dataPlanesContracts } from '../openapi/contracts/clustering.ts'
import { nextLink, readPaging } from '../paging.ts'
import { queryOf } from '../query.ts'

/** The truth about every node, in Kong's form with our fields added. */
export function registerClustering(app: FastifyInstance, register: Pick<NodeRegister, 'list'>): void {
  resource(app, '/clustering/data-planes', {
    describe: dataPlanesContracts,
    async GET(request) {
      const query = queryOf(request)
      const { rows, offset } = await register.list(readPaging(query))
      return { data: rows.map(toJson), ...nextLink('/clustering/data-planes', query, offset, ['size']) }
    },
  })
  resource(app, '/clustering/status', {
    describe: clusteringStatusContracts,
    async GET(_request, reply) {
      reply.header('Deprecation', 'true')
      const nodes = await everyNode(register)
      return Object.fromEntries(nodes.map(toJson).map(({ id, ...rest }) => [id, rest]))
    },
  })
}

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
    reductions: row.reductions,
    ttl: row.ttl,
  }
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : Math.floor(ms / 1000)
}
