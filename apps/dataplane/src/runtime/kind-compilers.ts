import type {
  ConsumerGroup,
  ConsumerGroupMembership,
  Entity,
  Kind,
  Plugin,
  Route,
  Service,
  Target,
  Upstream,
  Vault,
} from '@biplane/entities'
import type { PluginDefinition } from '@biplane/plugins/handlers'
import type { Violation } from '@biplane/protocol'
import type { ConsumerGroups } from '../plugins/consumer-groups.ts'
import { compilePlugin } from '../plugins/instance.ts'
import type { PluginPlan } from '../plugins/plan.ts'
import { UnfitRoute } from '../router/flavor.ts'
import { isOfRequests, isOfStreams } from '../router/subsystem.ts'
import { resolveRow, type Secrets } from '../vaults/resolve-row.ts'
import { certificateCompilers } from './certificate-compilers.ts'
import type { Parts, Vaults } from './compile.ts'
import { compileService } from './compiled-service.ts'

type Wrong = Pick<Violation, 'field' | 'message'>

/** What an entity of a kind changes in the parts. */
export interface KindCompiler {
  put(parts: Parts, entity: Entity): Parts | Wrong
  remove(parts: Parts, id: string): Parts
}

/** Entities are validated before they are compiled, so that the fields of a kind have the types that the casts say. */
export function kindCompilers(
  installed: ReadonlyMap<string, PluginDefinition>,
  secrets: Secrets,
): Readonly<Record<Kind, KindCompiler>> {
  return {
    ...{ vaults, services, upstreams, targets, routes, ...certificateCompilers(secrets) },
    ...{ plugins: pluginCompiler(installed, secrets), consumer_groups: groups },
    consumer_group_consumers: memberships,
  }
}

const vaults: KindCompiler = {
  put: (parts, entity) => {
    const known = parts.vaults.known.set(entity.id, entity as Vault)
    return { ...parts, vaults: { ...parts.vaults, known } }
  },
  remove: (parts, id) => {
    const known = parts.vaults.known.delete(id)
    return { ...parts, vaults: { ...parts.vaults, known } }
  },
}

const services: KindCompiler = {
  put: (parts, entity) => {
    const service = compileService(entity as Service)
    return { ...parts, services: parts.services.set(entity.id, service) }
  },
  remove: (parts, id) => ({ ...parts, services: parts.services.delete(id) }),
}

const upstreams: KindCompiler = {
  put: (parts, entity) => ({ ...parts, balancers: parts.balancers.putUpstream(entity as Upstream) }),
  remove: (parts, id) => ({ ...parts, balancers: parts.balancers.deleteUpstream(id) }),
}

const targets: KindCompiler = {
  put: (parts, entity) => ({ ...parts, balancers: parts.balancers.putTarget(entity as Target) }),
  remove: (parts, id) => ({ ...parts, balancers: parts.balancers.deleteTarget(id) }),
}

const routes: KindCompiler = {
  put: (parts, entity) => {
    try {
      const route = entity as Route
      const ofStreams = isOfStreams(route.protocols)
      const { router, streamRouter } = parts
      return {
        ...parts,
        router: ofStreams ? router.delete(route.id) : router.upsert(route),
        streamRouter: ofStreams ? streamRouter.upsert(route) : streamRouter.delete(route.id),
      }
    } catch (error) {
      if (error instanceof UnfitRoute) return { field: error.field, message: error.message }
      if (!(error instanceof SyntaxError)) throw error
      const { expression } = entity as Route
      return { field: typeof expression === 'string' ? 'expression' : 'paths', message: error.message }
    }
  },
  remove: (parts, id) => ({
    ...parts,
    router: parts.router.delete(id),
    streamRouter: parts.streamRouter.delete(id),
  }),
}

const groups: KindCompiler = {
  put: (parts, entity) => {
    const { id, name } = entity as ConsumerGroup
    return regrouped(parts, (known) => known.name(id, name))
  },
  remove: (parts, id) => regrouped(parts, (known) => known.forget(id)),
}

const memberships: KindCompiler = {
  put: (parts, entity) => {
    const { id, consumer, consumer_group: group } = entity as ConsumerGroupMembership
    return regrouped(parts, (known) => known.join(id, { consumer: consumer.id, group: group.id }))
  },
  remove: (parts, id) => regrouped(parts, (known) => known.leave(id)),
}

function pluginCompiler(installed: ReadonlyMap<string, PluginDefinition>, secrets: Secrets): KindCompiler {
  return {
    put: (parts, entity) => {
      const row = entity as Plugin
      const paths = secrets.references[row.name] ?? []
      const resolved = resolveRow(row, paths, () => parts.vaults.known.values(), secrets)
      if ('message' in resolved) return resolved
      const instance = compilePlugin(resolved, installed)
      if ('message' in instance) return instance
      const known = referring(parts.vaults, row.id, resolved.told.size > 0 ? row : null)
      const { protocols } = row
      const hasStream = instance.handler.stream !== undefined
      const placed = (plan: PluginPlan, runs: boolean) => (runs ? plan.upsert(instance) : plan.delete(row.id))
      return {
        ...parts,
        vaults: known,
        // The protocols of a plugin tell requests and streams apart, and nothing else, as in Kong.
        plugins: placed(parts.plugins, protocols === null || isOfRequests(protocols)),
        streamPlugins: placed(parts.streamPlugins, isOfStreams(protocols ?? []) && hasStream),
      }
    },
    remove: (parts, id) => {
      const known = referring(parts.vaults, id, null)
      const [plugins, streamPlugins] = [parts.plugins.delete(id), parts.streamPlugins.delete(id)]
      return { ...parts, vaults: known, plugins, streamPlugins }
    },
  }
}

/** @param row what holds a reference now; null if the plugin of this id holds none */
function referring(vaults: Vaults, id: string, row: Plugin | null): Vaults {
  const { referrers } = vaults
  const after = row === null ? referrers.delete(id) : referrers.set(id, row)
  return after === referrers ? vaults : { ...vaults, referrers: after }
}

function regrouped(parts: Parts, change: (known: ConsumerGroups) => ConsumerGroups): Parts {
  return { ...parts, plugins: parts.plugins.withGroups(change(parts.plugins.groups)) }
}
