import type {
  ConsumerGroup,
  ConsumerGroupMembership,
  Entity,
  Kind,
  Plugin,
  Route,
  Service,
} from '@biplane/entities'
import type { PluginDefinition } from '@biplane/plugins/handlers'
import type { Change, Violation } from '@biplane/protocol'
import type { ConsumerGroups } from '../plugins/consumer-groups.ts'
import { compilePlugin } from '../plugins/instance.ts'
import { PluginPlan } from '../plugins/plan.ts'
import { Router } from '../router/router.ts'
import { type CompiledService, compileService } from './compiled-service.ts'
import { PersistentMap } from './persistent-map.ts'

/**
 * A config made fast to serve from: its parts, each immutable and split by what changes it. Kinds that are not compiled
 * (consumers, credentials) stay in the store and are looked up there.
 */
export interface Parts {
  readonly router: Router
  readonly services: PersistentMap<CompiledService>
  readonly plugins: PluginPlan
}

export const noParts: Parts = {
  router: Router.empty,
  services: PersistentMap.empty(),
  plugins: PluginPlan.empty,
}

/** The parts after the changes, in time proportional to them, or what is wrong with each change that does not compile. */
export type Compiled =
  | { readonly kind: 'compiled'; readonly parts: Parts }
  | { readonly kind: 'refused'; readonly errors: readonly Violation[] }

export type Compile = (parts: Parts, changes: Iterable<Change>) => Compiled

/** @param installed the plugins that this node has */
export function compiler(installed: ReadonlyMap<string, PluginDefinition>): Compile {
  const kinds = kindCompilers(installed)
  return (parts, changes) => {
    const errors: Violation[] = []
    let next = parts
    for (const change of changes) {
      const kind = kinds[change.kind]
      if (kind === undefined) continue
      const after = change.op === 'delete' ? kind.remove(next, change.id) : kind.put(next, change.entity)
      if ('router' in after) next = after
      else errors.push({ kind: change.kind, id: change.id, ...after })
    }
    return errors.length === 0 ? { kind: 'compiled', parts: next } : { kind: 'refused', errors }
  }
}

export const compiledKinds: readonly Kind[] = Object.keys(kindCompilers(new Map()))

type Wrong = Pick<Violation, 'field' | 'message'>

/** What an entity of a kind changes in the parts. */
interface KindCompiler {
  put(parts: Parts, entity: Entity): Parts | Wrong
  remove(parts: Parts, id: string): Parts
}

/** Entities are validated before they are compiled, so that the fields of a kind have the types that the casts say. */
function kindCompilers(
  installed: ReadonlyMap<string, PluginDefinition>,
): Readonly<Record<Kind, KindCompiler>> {
  return {
    services: {
      put: (parts, entity) => {
        const service = compileService(entity as Service)
        return { ...parts, services: parts.services.set(entity.id, service) }
      },
      remove: (parts, id) => ({ ...parts, services: parts.services.delete(id) }),
    },
    routes: {
      put: (parts, entity) => {
        try {
          return { ...parts, router: parts.router.upsert(entity as Route) }
        } catch (error) {
          if (error instanceof SyntaxError) return { field: 'paths', message: error.message }
          throw error
        }
      },
      remove: (parts, id) => ({ ...parts, router: parts.router.delete(id) }),
    },
    plugins: {
      put: (parts, entity) => {
        const instance = compilePlugin(entity as Plugin, installed)
        if ('message' in instance) return instance
        return { ...parts, plugins: parts.plugins.upsert(instance) }
      },
      remove: (parts, id) => ({ ...parts, plugins: parts.plugins.delete(id) }),
    },
    consumer_groups: {
      put: (parts, entity) => {
        const { id, name } = entity as ConsumerGroup
        return regrouped(parts, (groups) => groups.name(id, name))
      },
      remove: (parts, id) => regrouped(parts, (groups) => groups.forget(id)),
    },
    consumer_group_consumers: {
      put: (parts, entity) => {
        const { id, consumer, consumer_group: group } = entity as ConsumerGroupMembership
        return regrouped(parts, (groups) => groups.join(id, { consumer: consumer.id, group: group.id }))
      },
      remove: (parts, id) => regrouped(parts, (groups) => groups.leave(id)),
    },
  }
}

function regrouped(parts: Parts, change: (groups: ConsumerGroups) => ConsumerGroups): Parts {
  return { ...parts, plugins: parts.plugins.withGroups(change(parts.plugins.groups)) }
}
