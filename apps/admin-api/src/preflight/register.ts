import type { NodeRow } from '@biplane/database'
import type { Entity, EntityRegistry, Kind } from '@biplane/entities'
import { type Change, decodeChange } from '@biplane/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest, LightMyRequestResponse } from 'fastify'
import type { EntityRepository } from '../backend.ts'
import { BadRequest } from '../bad-request.ts'
import { askOnBehalf } from '../forwarded.ts'
import { METHODS, type Method } from '../manners.ts'
import { queryOf } from '../query.ts'
import { WAIT_PARAMETER } from '../wait-for-sync/register.ts'
import { again } from './again.ts'
import { obstacleKinds } from './impact.ts'
import { PREFLIGHT_PARAMETER, wantsPreflight } from './parameter.ts'
import { rehearsable } from './scope.ts'
import { understandingsWithheld, verdicts } from './verdicts.ts'

export interface PreflightOptions {
  readonly repository: Pick<EntityRepository, 'rehearse' | 'list'>
  readonly registry: EntityRegistry
  readonly nodes: () => Promise<readonly NodeRow[]>
}

/** More nodes are counted, but not named. */
const NAMED_NODES = 100
/**
 * `?preflight=true` on every write of the config: it is done as ever, in a transaction that is undone. The answer tells what
 * would have been answered, and which connected nodes would not get it, or not as it is. What is refused is refused as ever.
 */
export function registerPreflight(app: FastifyInstance, options: PreflightOptions): void {
  const isRehearsable = rehearsable(options.registry)
  app.addHook('onRequest', async (request) => {
    const method = methodOf(request)
    if (method === null || !wantsPreflight(queryOf(request))) return
    if (!isRehearsable(method, request.routeOptions.url ?? ''))
      throw new BadRequest(400, `only writes of the config can have a ${PREFLIGHT_PARAMETER}`)
    if (queryOf(request).has(WAIT_PARAMETER))
      throw new BadRequest(
        400,
        `${WAIT_PARAMETER} would wait for ever: a ${PREFLIGHT_PARAMETER} writes nothing`,
      )
  })
  app.addHook('preHandler', async (request, reply) => {
    const method = methodOf(request)
    if (method === null || !wantsPreflight(queryOf(request))) return
    return await rehearsed(request, reply, method, options)
  })
}

/** The verb of a write that some handler takes. */
function methodOf({ method, is404, routeOptions }: FastifyRequest): Method | null {
  if (is404 || routeOptions.config.implied === true) return null
  return METHODS.find((each) => each !== 'GET' && each === method) ?? null
}

async function rehearsed(
  request: FastifyRequest,
  reply: FastifyReply,
  method: Method,
  { repository, nodes }: PreflightOptions,
): Promise<FastifyReply> {
  const listed = await nodes()
  const { result, changes } = await repository.rehearse(async () => {
    const answer = await askOnBehalf(request, again(request, method, PREFLIGHT_PARAMETER))
    const without = answer.statusCode < 300 ? understandingsWithheld(listed) : []
    const kinds = without.length === 0 ? [] : obstacleKinds(without)
    return { answer, standing: await obstacles(repository, kinds) }
  })
  const { answer, standing } = result
  if (answer.statusCode >= 300) return asAnswered(reply, answer)
  const told = verdicts(listed, { changes: changes.map(decodeChange), standing })
  const withheld = told.filter((each) => each.withheld !== null).length
  return reply.send({
    message: 'nothing was written',
    answer: {
      status: answer.statusCode,
      body: answer.payload === '' ? null : answer.json(),
      ...(answer.headers.etag !== undefined && { etag: answer.headers.etag }),
    },
    withheld,
    reduced: told.length - withheld,
    nodes: told.slice(0, NAMED_NODES),
  })
}

function asAnswered(
  reply: FastifyReply,
  { statusCode, headers, rawPayload }: LightMyRequestResponse,
): FastifyReply {
  for (const name of ['content-type', 'etag', 'allow', 'retry-after']) {
    const value = headers[name]
    if (value !== undefined) reply.header(name, value)
  }
  return reply.code(statusCode).send(rawPayload.length === 0 ? undefined : rawPayload)
}

/** What can be in the way of nodes. Whether all that it hangs on is enabled too is not looked at. */
async function obstacles(
  repository: PreflightOptions['repository'],
  kinds: readonly Kind[],
): Promise<readonly Change[]> {
  const found: Change[] = []
  for (const kind of kinds) {
    for (const entity of await every(repository, kind))
      if (entity.enabled !== false) found.push({ op: 'upsert', kind, id: entity.id, entity })
  }
  return found
}

async function every(repository: PreflightOptions['repository'], kind: Kind): Promise<Entity[]> {
  const all: Entity[] = []
  let from: { readonly offset?: string } | undefined = {}
  while (from !== undefined) {
    const page: Awaited<ReturnType<EntityRepository['list']>> = await repository.list(kind, {
      size: 1000,
      ...from,
    })
    all.push(...page.rows)
    from = page.offset === undefined ? undefined : { offset: page.offset }
  }
  return all
}
