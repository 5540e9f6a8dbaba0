import type { HubRow, NodeRegister, NodeRow } from '@biplane/database'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { everyNode } from '../every-node.ts'
import { type Handlers, notFound, resource } from '../manners.ts'
import {
  clusteringStatusContracts,
  dataPlaneContracts,
  dataPlanesContracts,
  hubsContracts,
} from '../openapi/contracts/clustering.ts'
import { nextLink, readPaging } from '../paging.ts'
import { queryOf } from '../query.ts'

/** The truth about every node and hub, in Kong's form with our fields added. */
export function registerClustering(app: FastifyInstance, register: ClusterRegister): void {
  resource(app, '/clustering/data-planes', {
    describe: dataPlanesContracts,
    async GET(request) {
      const query = queryOf(request)
      const { rows, offset } = await register.list(readPaging(query))
      return { data: rows.map(toJson), ...nextLink('/clustering/data-planes', query, offset, ['size']) }
    },
  })
  // Kong has no path of one node: what is not offered here is not found, as there.
  resource(app, '/clustering/data-planes/:id', oneDataPlane(register), { refusesUnknownVerbsWith: 404 })
  resource(app, '/clustering/hubs', {
    describe: hubsContracts,
    async GET(request) {
      const query = queryOf(request)
      const { rows, offset } = await register.hubs(readPaging(query))
      return { data: rows.map(hubToJson), ...nextLink('/clustering/hubs', query, offset, ['size']) }
    },
  })
  resource(app, '/clustering/status', {
    describe: clusteringStatusContracts,
    async GET(_request, reply) {
      reply.header('Deprecation', 'true')
      const nodes = await everyNode(register)
      return Object.fromEntries(nodes.map((row) => [row.id, toOldJson(row)]))
    },
  })
}

export type ClusterRegister = Pick<NodeRegister, 'list' | 'find' | 'remove' | 'hubs'>

function oneDataPlane(register: ClusterRegister): Handlers {
  return {
    describe: dataPlaneContracts,
    async GET(request, reply) {
      const row = await register.find(idOf(request))
      return row === null ? notFound(reply) : toJson(row)
    },
    async DELETE(request, reply) {
      const removal = await register.remove(idOf(request))
      if (removal === 'unknown') return notFound(reply)
      if (removal === 'connected') return reply.code(409).send({ message: CONNECTED })
      return undefined
    },
  }
}

const CONNECTED = 'the data plane is connected: only one that is offline can be removed from the list'

function idOf({ params }: FastifyRequest): string {
  return String(Object(params).id)
}

/** What the older path has always told: a program that still asks there expects no more. */
function toOldJson({ applied, hostname, ip, lastSeen }: NodeRow): Record<string, unknown> {
  return { config_hash: applied.hash, hostname, ip, last_seen: seconds(lastSeen) }
}

function hubToJson({ id, about, connected, lastSeen, nodes, ttl }: HubRow): Record<string, unknown> {
  return {
    id,
    hostname: about?.hostname ?? null,
    ip: about?.ip ?? null,
    version: about?.version ?? null,
    state: connected ? (about?.draining ? 'draining' : 'connected') : 'offline',
    parent: about?.parent ?? null,
    config_hash: about?.applied.hash ?? null,
    config_revision: about?.applied.revision ?? null,
    nodes,
    last_seen: seconds(lastSeen),
    connected_since: connected ? seconds(about?.connectedAt ?? null) : null,
    offline_since: connected ? null : seconds(lastSeen),
    ttl,
  }
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
    duplicate_of: row.duplicateOf,
    certificate_expires_at: seconds(row.certificateExpiresAt),
    errors: state.kind === 'rejected' ? state.errors : [],
    quarantined: row.quarantined,
    withheld: state.kind === 'withheld' ? state.reason : null,
    reductions: row.reductions,
    ttl: row.ttl,
  }
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : Math.floor(ms / 1000)
}
