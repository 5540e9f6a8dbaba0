import type { ServerOptions as SecureOptions } from 'node:https'
import { DatabaseUnavailable } from '@biplane/database'
import type { EntityRegistry } from '@biplane/entities'
import type { Logger, LogLevelSwitch, ResponseHeader } from '@biplane/service'
import type { FastifyInstance } from 'fastify'
import type { Gate } from './access/gate.ts'
import { registerAccess } from './access/register.ts'
import { adminApp } from './app.ts'
import { registerAudit } from './audit/register.ts'
import type { Backend } from './backend.ts'
import { Drafts } from './drafts.ts'
import { everyNode } from './every-node.ts'
import type { AdminMetrics } from './metrics.ts'
import { watchEndpoints } from './openapi/endpoints.ts'
import { registerPage } from './openapi/page.ts'
import { registerOpenApi } from './openapi/register.ts'
import { registerPreflight } from './preflight/register.ts'
import { presenter } from './present.ts'
import { registerCaches } from './routes/caches.ts'
import { registerClustering } from './routes/clustering.ts'
import { registerConfig } from './routes/config.ts'
import { registerDebug } from './routes/debug.ts'
import { registerEntities } from './routes/entities.ts'
import { registerMetrics } from './routes/metrics.ts'
import { type NodeIdentity, registerNode } from './routes/node.ts'
import { registerRobots } from './routes/robots.ts'
import { registerSchemas } from './routes/schemas.ts'
import { registerStatus, type ServerCounters } from './routes/status.ts'
import { registerTags } from './routes/tags.ts'
import { registerTargetHealth } from './routes/target-health.ts'
import { registerTransactions } from './routes/transactions.ts'
import { registerWasm } from './routes/wasm.ts'
import { registerWaiting } from './wait-for-sync/register.ts'
import { Writes } from './writes.ts'

export interface ServerOptions {
  readonly identity: NodeIdentity
  readonly backend: Backend
  readonly registry: EntityRegistry
  readonly headers: ReadonlySet<ResponseHeader>
  /** The origin whose scripts may read answers; null for any. */
  readonly guiOrigin: string | null
  readonly counters: ServerCounters
  readonly metrics: AdminMetrics
  readonly log: Logger
  readonly levels: LogLevelSwitch
  /** Who may come in; one for all listeners of the process. */
  readonly gate: Gate
  readonly tls: SecureOptions | undefined
}

/** The whole Admin API, not listening yet. */
export function adminServer(options: ServerOptions): FastifyInstance {
  const { identity, backend, registry, counters, levels } = options
  const { repository, condition } = backend
  const { version, plugins } = identity
  const app = adminApp({ ...options, version, isDatabaseLost: () => condition.isLost })
  app.server.on('connection', (socket) => {
    counters.accepted += 1
    socket.once('close', () => {
      counters.closed += 1
    })
  })
  app.addHook('onRequest', async () => {
    counters.requests += 1
  })
  registerAccess(app, options.gate, options.log)
  app.addHook('onRequest', async ({ url }) => {
    const reason = NEEDS_NO_DATABASE.test(url) ? null : condition.unprepared
    if (reason !== null) throw new DatabaseUnavailable(reason)
  })
  registerWaiting(app, {
    missing: (revision, limit) => backend.nodes.missing(revision, limit),
    head: async () => (await backend.extent()).head.revision,
  })
  registerPreflight(app, { repository, registry, nodes: () => everyNode(backend.nodes) })
  const offered = watchEndpoints(app) // before all that it is to tell of
  registerAudit(app, backend.audit) // before all that it is told of
  registerNode(app, { identity, repository, levels, offered })
  registerOpenApi(app, offered, { registry, subschemas: { plugins }, version })
  registerPage(app)
  registerMetrics(app, options.metrics)
  const drafts = new Drafts({ plugins })
  const access = {
    repository,
    writes: new Writes(repository, registry, drafts),
    present: presenter(repository, drafts),
  }
  registerEntities(app, registry, access)
  registerTargetHealth(app, { ...access, nodes: backend.nodes, nodeId: identity.nodeId })
  registerConfig(app, { repository, registry, drafts, settle: backend.settle })
  registerTransactions(app, repository, registry)
  registerTags(app, backend.tags)
  registerStatus(app, { backend, counters })
  registerSchemas(app, { registry, plugins, drafts })
  registerWasm(app)
  registerClustering(app, backend.nodes)
  registerDebug(app, levels, backend.broadcast)
  registerCaches(app)
  registerRobots(app)
  return app
}

/** What tells of the process itself, and is wanted most while there is no database. */
const NEEDS_NO_DATABASE = /^\/(status|metrics|debug|openapi)\b/
