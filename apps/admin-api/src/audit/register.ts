import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AuditLog } from '../backend.ts'
import { type Handler, resource } from '../manners.ts'
import { auditObjectsContracts, auditRequestsContracts } from '../openapi/contracts/audit.ts'
import { originOf } from './origin.ts'
import { readObjectsQuery, readRequestsQuery } from './query.ts'
import { listed, shownChange, shownRequest } from './shown.ts'

/** Kong's enterprise edition answers it by this name. */
const REQUEST_ID_HEADER = 'X-Kong-Admin-Request-ID'

const WRITES: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/**
 * Tells the audit log who asks for each write, and lets it be read. What is told takes effect with a revision only: a write
 * that is refused, or changes nothing, leaves no trace there.
 *
 * @param audit null where none is kept
 */
export function registerAudit(app: FastifyInstance, audit: AuditLog | null): void {
  if (audit !== null) {
    // The last hook before the handler, which it calls: reading a body would lose whose request it is.
    app.addHook('preHandler', (request, reply, done) => {
      if (!WRITES.has(request.method)) return done()
      const requestId = randomUUID().replaceAll('-', '')
      reply.header(REQUEST_ID_HEADER, requestId)
      audit.onBehalfOf(originOf(request, requestId), done)
    })
  }
  resource(app, '/audit/requests', {
    describe: auditRequestsContracts,
    GET: kept(audit, async ({ requests }, request) =>
      listed(request, await requests(readRequestsQuery(request)), shownRequest),
    ),
  })
  resource(app, '/audit/objects', {
    describe: auditObjectsContracts,
    GET: kept(audit, async ({ objects }, request) =>
      listed(request, await objects(readObjectsQuery(request)), shownChange),
    ),
  })
}

function kept(
  audit: AuditLog | null,
  list: (audit: AuditLog, request: FastifyRequest) => Promise<object>,
): Handler {
  return async (request, reply) => {
    if (audit === null) return reply.code(404).send({ message: NONE })
    return { ...(await list(audit, request)), recording: audit.isRecording }
  }
}

const NONE = 'no audit log is kept when not using a database'
