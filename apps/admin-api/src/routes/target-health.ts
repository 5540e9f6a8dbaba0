import type { NodeRegister } from '@biplane/database'
import {
  addressProblem,
  type Entity,
  isHealthChecked,
  isJsonObject,
  normalTarget,
  target,
  targetHealth,
  upstream,
} from '@biplane/entities'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { everyNode } from '../every-node.ts'
import { type Handler, resource } from '../manners.ts'
import { setHealthContracts, upstreamHealthContracts } from '../openapi/contracts/target-health.ts'
import { queryOf } from '../query.ts'
import { tellRevision } from '../revision-header.ts'
import { targetRow, upstreamRow } from '../upstream-health/health-rows.ts'
import { viewOfTarget } from '../upstream-health/node-view.ts'
import { isUnknownAddress } from '../upstream-health/target-addresses.ts'
import { type EntityAccess, notFound, parameter } from './collection.ts'
import { keyOf } from './key.ts'
import { type Mark, markTarget } from './target-marks.ts'
import { newestPage } from './targets.ts'

export interface HealthAccess extends EntityAccess {
  readonly nodes: Pick<NodeRegister, 'list'>
  /** Of this process, which Kong tells as the one that was asked. */
  readonly nodeId: string
}

/** Nodes judge targets, each by itself: what they tell is shown as one truth and each by itself. What is set here reaches them all. */
export function registerTargetHealth(app: FastifyInstance, access: HealthAccess): void {
  const { repository, present, nodeId } = access
  const find = (request: FastifyRequest): Promise<Entity | undefined> =>
    repository.get(upstream.kind, keyOf(upstream, parameter(request, upstream.kind)))
  const connected = async ({ id }: Entity, targets: readonly string[]) => {
    const nodes = await everyNode(access.nodes, { opinionOn: { upstream: id, targets } })
    return nodes.filter(({ state }) => state.kind !== 'offline')
  }

  resource(app, '/upstreams/:upstreams/health', {
    describe: upstreamHealthContracts,
    async GET(request, reply) {
      const found = await find(request)
      if (found === undefined) return notFound(reply)
      const checked = isHealthChecked(found)
      if (queryOf(request).get('balancer_health') === '1')
        return {
          data: upstreamRow(found.id, checked, await connected(found, [])),
          next: null,
          node_id: nodeId,
        }
      const { rows, link } = await newestPage(access, request, found.id)
      const ids = rows.map(({ id }) => id)
      const nodes = ids.length === 0 ? [] : await connected(found, ids)
      const marks = Map.groupBy(await repository.referencing(targetHealth.kind, 'target', ids), targetOf)
      const shown = await present(target, rows)
      const data = rows.map((row, at) => ({
        ...shown[at],
        ...targetRow(row, checked, nodes, marks.get(row.id) ?? []),
      }))
      return { data, ...link, node_id: nodeId }
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
      if (found === undefined || named === undefined || address === undefined) return notFound(reply)
      if (address !== null && addressProblem(String(named.target)) !== undefined) {
        const views = (await connected(found, [named.id])).map((node) => viewOfTarget(node, named.id))
        if (isUnknownAddress(address, views)) return notFound(reply)
      }
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

function targetOf({ target: reference }: Entity): string {
  return isJsonObject(reference) ? String(reference.id) : ''
}
