import { addressProblem, type Entity, normalTarget, readDotted, target, upstream } from '@biplane/entities'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Handler, resource } from '../manners.ts'
import { setHealthContracts, upstreamHealthContracts } from '../openapi/contracts/target-health.ts'
import { queryOf } from '../query.ts'
import { tellRevision } from '../revision-header.ts'
import { type EntityAccess, notFound, parameter } from './collection.ts'
import { keyOf } from './key.ts'
import { type Mark, markTarget } from './target-marks.ts'
import { newestPage } from './targets.ts'

/**
 * Each node judges targets by itself and does not tell. So of an upstream without health checks its targets' health is
 * known, of another one it is not, and none can be set from here: on a control plane Kong answers 404 then.
 */
export function registerTargetHealth(app: FastifyInstance, access: EntityAccess, nodeId: string): void {
  const { repository, present } = access
  const find = (request: FastifyRequest): Promise<Entity | undefined> =>
    repository.get(upstream.kind, keyOf(upstream, parameter(request, upstream.kind)))

  resource(app, '/upstreams/:upstreams/health', {
    describe: upstreamHealthContracts,
    async GET(request, reply) {
      const found = await find(request)
      if (found === undefined) return notFound(reply)
      const health = isChecked(found) ? 'UNKNOWN' : 'HEALTHCHECKS_OFF'
      if (queryOf(request).get('balancer_health') === '1')
        return { data: { health, id: found.id }, next: null, node_id: nodeId }
      const { rows, link } = await newestPage(access, request, found.id)
      const shown = await present(target, rows)
      return { data: shown.map((row) => ({ ...row, health })), ...link, node_id: nodeId }
    },
  })

  const mark =
    (health: Mark): Handler =>
    async (request, reply) => {
      const found = await find(request)
      const parent = found && { field: 'upstream', id: found.id }
      const key = parent && keyOf(target, parameter(request, target.kind), parent)
      const named = key && (await repository.get(target.kind, key, { upstream: parent.id }))
      const address = named && addressOf(named, parameter(request, 'address'))
      if (named === undefined || address === undefined) return notFound(reply)
      const { result, revision } = await markTarget(access, named, address, health)
      if (!result) return notFound(reply)
      tellRevision(reply, revision)
      return undefined
    }
  for (const path of ['', '/:address']) {
    for (const health of ['healthy', 'unhealthy'] as const)
      resource(app, `/upstreams/:upstreams/targets/:targets${path}/${health}`, {
        describe: setHealthContracts,
        PUT: mark(health),
      })
  }
}

/** One address of a target, as it is stored; null for all where none is named, undefined for one that the target has not. */
function addressOf({ target: own }: Entity, named: string): string | null | undefined {
  if (named === '') return null
  if (addressProblem(named) !== undefined) return undefined
  const address = normalTarget(named)
  // Which addresses a name has, only nodes know.
  return addressProblem(String(own)) === undefined && address !== own ? undefined : address
}

/** Whether nodes probe the targets, or count how requests to them end. */
function isChecked(upstream: Entity): boolean {
  return CHECKS.some((name) => Number(readDotted(upstream, `healthchecks.${name}`)) > 0)
}

const CHECKS = [
  'active.healthy.interval',
  'active.unhealthy.interval',
  'passive.unhealthy.tcp_failures',
  'passive.unhealthy.http_failures',
  'passive.unhealthy.timeouts',
]
