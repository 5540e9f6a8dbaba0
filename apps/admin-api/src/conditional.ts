import type { Repository } from '@biplane/database'
import { isJsonObject } from '@biplane/entities'
import type { FastifyRequest } from 'fastify'
import { BadRequest } from './bad-request.ts'
import { etagOf, failedCondition, readConditions } from './etag.ts'
import { askOnBehalf } from './forwarded.ts'
import type { Handler, Handlers } from './manners.ts'
import { tellRevision } from './revision-header.ts'

export type Atomic = Pick<Repository, 'atomically' | 'holding'>

/**
 * The same handlers of one entity, with its `ETag` in their answers, and done only if `If-Match` and `If-None-Match` allow. Of
 * a write they are judged in its own transaction by what GET answers there, held until the end: no other write can come between.
 *
 * @param tagged whether what writes answer is what GET shows: only then is it told by a tag
 */
export function conditional(atomic: Atomic, handlers: Handlers, { tagged = true } = {}): Handlers {
  const { GET, POST, PUT, PATCH, DELETE, describe } = handlers
  const write = (handler: Handler) => guarded(atomic, tagged ? telling(handler) : handler)
  return {
    ...(describe && { describe }),
    ...(GET && { GET: read(GET) }),
    ...(POST && { POST }),
    ...(PUT && { PUT: write(PUT) }),
    ...(PATCH && { PATCH: write(PATCH) }),
    ...(DELETE && { DELETE: write(DELETE) }),
  }
}

/** The same handler, with the tag of the entity that it answers. */
export function telling(handler: Handler): Handler {
  return async (request, reply) => {
    const body = await handler(request, reply)
    if (!reply.sent && isJsonObject(body)) reply.header('ETag', etagOf(body))
    return body
  }
}

function read(handler: Handler): Handler {
  return async (request, reply) => {
    const conditions = readConditions(request)
    const body = await handler(request, reply)
    if (reply.sent || !isJsonObject(body)) return body
    const current = etagOf(body)
    reply.header('ETag', current)
    const failed = failedCondition(conditions, current)
    if (failed === null) return body
    // Only where nothing else is wrong than that the client has it already.
    if (failedCondition({ ...conditions, noneMatch: null }, current) === null) return reply.code(304).send()
    throw new BadRequest(412, failed)
  }
}

function guarded(atomic: Atomic, handler: Handler): Handler {
  return async (request, reply) => {
    const conditions = readConditions(request)
    if (conditions.match === null && conditions.noneMatch === null) return handler(request, reply)
    const { result, revision } = await atomic.atomically(async () => {
      const current = await atomic.holding(() => currentTag(request))
      const failed = failedCondition(conditions, current)
      if (failed === null) return handler(request, reply)
      if (current !== null) reply.header('ETag', current)
      throw new BadRequest(412, failed)
    })
    tellRevision(reply, revision)
    return result
  }
}

/** Null where there is nothing. */
async function currentTag(request: FastifyRequest): Promise<string | null> {
  const [url = ''] = request.originalUrl.split('?', 1)
  const answer = await askOnBehalf(request, { method: 'GET', url })
  return answer.statusCode === 200 ? (answer.headers.etag ?? null) : null
}
