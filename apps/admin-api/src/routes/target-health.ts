import { type Entity, readDotted, target, upstream } from '@biplane/entities'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Handler, resource } from '../manners.ts'
import { setHealthContracts, upstreamHealthContracts } from '../openapi/contracts/target-health.ts'
import { queryOf } from '../query.ts'
import { type EntityAccess, notFound, parameter } from './collection.ts'
import { keyOf } from './key.ts'
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

  const refuse: Handler = async (request, reply) => {
    const found = await find(request)
    const parent = found && { field: 'upstream', id: found.id }
    const key = parent && keyOf(target, parameter(request, target.kind), parent)
    const named = key && (await repository.get(target.kind, key, { upstream: parent.id }))
    return named === undefined ? notFound(reply) : reply.code(404).send({ message: NOT_SET_HERE })
  }
  for (const address of ['', '/:address']) {
    for (const state of ['healthy', 'unhealthy'])
      resource(app, `/upstreams/:upstreams/targets/:targets${address}/${state}`, {
        describe: setHealthContracts,
        PUT: refuse,
      })
  }
}

const NOT_SET_HERE = 'the health of a target cannot be set here: each node judges it by itself'

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
