import type {
  ConsumerGroup,
  ConsumerGroupMembership,
  Entity,
  Kind,
  Plugin,
  Route,
  RouterFlavor,
  Service,
  Target,
  Upstream,
  Vault,
} from '@biplane/entities'
import type { PluginDefinition } from '@biplane/plugins/handlers'
import type { Change, Violation } from '@biplane/protocol'
import type { ConsumerGroups } from '../plugins/consumer-groups.ts'
import { compilePlugin } from '../plugins/instance.ts'
import { PluginPlan } from '../plugins/plan.ts'
import { UnfitRoute } from '../router/flavor.ts'
import { Router } from '../router/router.ts'
import { NO_SECRETS, resolveRow, type Secrets } from '../vaults/resolve-row.ts'
import { Balancers } from './balancers.ts'
import { type CompiledService, compileService } from './compiled-service.ts'
import { PersistentMap } from './persistent-map.ts'

/**
 * A config made fast to serve from: its parts, each immutable and split by what changes it. Kinds that are not compiled
 * (consumers, credentials) stay in the store and are looked up there.
 */
export interface Parts {
  readonly router: Router
  readonly services: PersistentMap<CompiledService>
  readonly balancers: Balancers
  readonly plugins: PluginPlan
  readonly vaults: Vaults
}

/** What references to vaults are resolved by, and the plugins that hold one: those change when a vault does. */
interface Vaults {
  readonly known: PersistentMap<Vault>
  readonly referrers: PersistentMap<Plugin>
}

export const noParts: Parts = {
  router: Router.of('traditional_compatible'),
  services: PersistentMap.empty(),
  balancers: Balancers.empty,
  plugins: PluginPlan.empty,
  vaults: { known: PersistentMap.empty(), referrers: PersistentMap.empty() },
}

/** The same, for routes of this flavour. */
export function noPartsOf(flavor: RouterFlavor): Parts {
  return { ...noParts, router: Router.of(flavor) }
}

/** The parts after the changes, in time proportional to them, or what is wrong with each change that does not compile. */
export type Compiled =
  | { readonly kind: 'compiled'; readonly parts: Parts }
  | { readonly kind: 'refused'; readonly errors: readonly Violation[] }

export type Compile = (parts: Parts, changes: Iterable<Change>) => Compiled

/**
 * @param installed the plugins that this node has
 * @param secrets what references stand for on this node
 */
export function compiler(
  installed: ReadonlyMap<string, PluginDefinition>,
  secrets: Secrets = NO_SECRETS,
): Compile {
  const kinds = kindCompilers(installed, secrets)
  return (parts, changes) => {
    const errors: Violation[] = []
    let next = parts
    for (const change of withReferrers(parts, changes)) {
      const kind = kinds[change.kind]
      if (kind === undefined) continue
      const after = change.op === 'delete' ? kind.remove(next, change.id) : kind.put(next, change.entity)
      if ('router' in after) next = after
      else errors.push({ kind: change.kind, id: change.id, ...after })
    }
    return errors.length === 0 ? { kind: 'compiled', parts: next } : { kind: 'refused', errors }
  }
}

export const compiledKinds: readonly Kind[] = Object.keys(kindCompilers(new Map(), NO_SECRETS))

/**
 * Where vaults change, references are judged by what there is in the end: the plugins that are written come last, and those
 * that hold references are compiled anew.
 */
function withReferrers({ vaults }: Parts, changes: Iterable<Change>): Iterable<Change> {
  const all = [...changes]
  if (!all.some(({ kind }) => kind === 'vaults')) return all
  const [written, others] = partition(all, isWrittenPlugin)
  const ids = new Set(all.map(({ id }) => id))
  const again = [...vaults.referrers.values()]
    .filter(({ id }) => !ids.has(id))
    .map((entity): Change => ({ op: 'upsert', kind: 'plugins', id: entity.id, entity }))
  return [...others, ...written, ...again]
}

function isWrittenPlugin({ kind, op }: Change): boolean {
  return kind === 'plugins' && op === 'upsert'
}

/** What must be compiled in one piece: vaults and the plugins that may refer to them, where vaults change. */
export function inOnePiece(changes: readonly Change[]): {
  readonly piece: readonly Change[]
  readonly others: readonly Change[]
} {
  if (!changes.some(({ kind }) => kind === 'vaults')) return { piece: [], others: changes }
  const [piece, others] = partition(changes, (change) => change.kind === 'vaults' || isWrittenPlugin(change))
  return { piece, others }
}

function partition<T>(all: readonly T[], is: (one: T) => boolean): [those: T[], others: T[]] {
  return [all.filter(is), all.filter((one) => !is(one))]
}

type Wrong = Pick<Violation, 'field' | 'message'>

/** What an entity of a kind changes in the parts. */
interface KindCompiler {
  put(parts: Parts, entity: Entity): Parts | Wrong
  remove(parts: Parts, id: string): Parts
}

/** Entities are validated before they are compiled, so that the fields of a kind have the types that the casts say. */
function kindCompilers(
  installed: ReadonlyMap<string, PluginDefinition>,
  secrets: Secrets,
): Readonly<Record<Kind, KindCompiler>> {
  return {
    vaults: {
      put: (parts, entity) => {
        const known = parts.vaults.known.set(entity.id, entity as Vault)
        return { ...parts, vaults: { ...parts.vaults, known } }
      },
      remove: (parts, id) => {
        const known = parts.vaults.known.delete(id)
        return { ...parts, vaults: { ...parts.vaults, known } }
      },
    },
    services: {
      put: (parts, entity) => {
        const service = compileService(entity as Service)
        return { ...parts, services: parts.services.set(entity.id, service) }
      },
      remove: (parts, id) => ({ ...parts, services: parts.services.delete(id) }),
    },
    upstreams: {
      put: (parts, entity) => ({ ...parts, balancers: parts.balancers.putUpstream(entity as Upstream) }),
      remove: (parts, id) => ({ ...parts, balancers: parts.balancers.deleteUpstream(id) }),
    },
    targets: {
      put: (parts, entity) => ({ ...parts, balancers: parts.balancers.putTarget(entity as Target) }),
      remove: (parts, id) => ({ ...parts, balancers: parts.balancers.deleteTarget(id) }),
    },
    routes: {
      put: (parts, entity) => {
        try {
          return { ...parts, router: parts.router.upsert(entity as Route) }
        } catch (error) {
          if (error instanceof UnfitRoute) return { field: error.field, message: error.message }
          if (!(error instanceof SyntaxError)) throw error
          const { expression } = entity as Route
          return { field: typeof expression === 'string' ? 'expression' : 'paths', message: error.message }
        }
      },
      remove: (parts, id) => ({ ...parts, router: parts.router.delete(id) }),
    },
    plugins: {
      put: (parts, entity) => {
        const row = entity as Plugin
        const paths = secrets.references[row.name] ?? []
        const resolved = resolveRow(row, paths, () => parts.vaults.known.values(), secrets)
        if ('message' in resolved) return resolved
        const instance = compilePlugin(resolved, installed)
        if ('message' in instance) return instance
        const vaults = referring(parts.vaults, row.id, resolved.told.size > 0 ? row : null)
        const plugins = isOfRequests(row) ? parts.plugins.upsert(instance) : parts.plugins.delete(row.id)
        return { ...parts, vaults, plugins }
      },
      remove: (parts, id) => {
        const vaults = referring(parts.vaults, id, null)
        return { ...parts, vaults, plugins: parts.plugins.delete(id) }
      },
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

/** The protocols of a plugin tell requests and streams apart, and nothing else, as in Kong. */
function isOfRequests({ protocols }: Plugin): boolean {
  return protocols === null || protocols.some((protocol) => !STREAMS.has(protocol))
}

const STREAMS = new Set<string>(['tcp', 'tls', 'udp', 'tls_passthrough'])

/** @param row what holds a reference now; null if the plugin of this id holds none */
function referring(vaults: Vaults, id: string, row: Plugin | null): Vaults {
  const { referrers } = vaults
  const after = row === null ? referrers.delete(id) : referrers.set(id, row)
  return after === referrers ? vaults : { ...vaults, referrers: after }
}

function regrouped(parts: Parts, change: (groups: ConsumerGroups) => ConsumerGroups): Parts {
  return { ...parts, plugins: parts.plugins.withGroups(change(parts.plugins.groups)) }
}
