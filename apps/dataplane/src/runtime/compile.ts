import type { Certificate, Kind, Plugin, RouterFlavor, Vault } from '@biplane/entities'
import type { PluginDefinition } from '@biplane/plugins/handlers'
import type { Change, Violation } from '@biplane/protocol'
import { PluginPlan } from '../plugins/plan.ts'
import { Router } from '../router/router.ts'
import { NO_SECRETS, type Secrets } from '../vaults/resolve-row.ts'
import { Balancers } from './balancers.ts'
import { type Certificates, noCertificates } from './certificates.ts'
import type { CompiledService } from './compiled-service.ts'
import { kindCompilers } from './kind-compilers.ts'
import { PersistentMap } from './persistent-map.ts'

/**
 * A config made fast to serve from: its parts, each immutable and split by what changes it. Kinds that are not compiled
 * (consumers, credentials) stay in the store and are looked up there.
 */
export interface Parts {
  readonly router: Router
  /** Of routes of streams: no request goes by one, and no stream by one of requests. */
  readonly streamRouter: Router
  readonly services: PersistentMap<CompiledService>
  readonly balancers: Balancers
  readonly certificates: Certificates
  readonly plugins: PluginPlan
  /** Those that run on streams. */
  readonly streamPlugins: PluginPlan
  readonly vaults: Vaults
}

/** What references to vaults are resolved by, and the plugins that hold one: those change when a vault does. */
export interface Vaults {
  readonly known: PersistentMap<Vault>
  readonly referrers: PersistentMap<Plugin>
}

export const noParts: Parts = {
  router: Router.of('traditional_compatible'),
  streamRouter: Router.ofStreams('traditional_compatible'),
  services: PersistentMap.empty(),
  balancers: Balancers.empty,
  certificates: noCertificates,
  plugins: PluginPlan.empty,
  streamPlugins: PluginPlan.empty,
  vaults: { known: PersistentMap.empty(), referrers: PersistentMap.empty() },
}

/** The same, for routes of this flavour. */
export function noPartsOf(flavor: RouterFlavor): Parts {
  return { ...noParts, router: Router.of(flavor), streamRouter: Router.ofStreams(flavor) }
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
 * Where vaults change, references are judged by what there is in the end: plugins and certificates that are written come
 * last, and those that hold references are compiled anew.
 */
function withReferrers({ vaults, certificates }: Parts, changes: Iterable<Change>): Iterable<Change> {
  const all = [...changes]
  if (!all.some(({ kind }) => kind === 'vaults')) return all
  const [written, others] = partition(all, mayRefer)
  const ids = new Set(all.map(({ id }) => id))
  const again = (kind: Kind, rows: PersistentMap<Plugin | Certificate>): Change[] =>
    [...rows.values()]
      .filter(({ id }) => !ids.has(id))
      .map((entity) => ({ op: 'upsert', kind, id: entity.id, entity }))
  return [
    ...others,
    ...written,
    ...again('plugins', vaults.referrers),
    ...again('certificates', certificates.referring),
  ]
}

function mayRefer({ kind, op }: Change): boolean {
  return (kind === 'plugins' || kind === 'certificates') && op === 'upsert'
}

/** What must be compiled in one piece: vaults and what may refer to them, where vaults change. */
export function inOnePiece(changes: readonly Change[]): {
  readonly piece: readonly Change[]
  readonly others: readonly Change[]
} {
  if (!changes.some(({ kind }) => kind === 'vaults')) return { piece: [], others: changes }
  const [piece, others] = partition(changes, (change) => change.kind === 'vaults' || mayRefer(change))
  return { piece, others }
}

function partition<T>(all: readonly T[], is: (one: T) => boolean): [those: T[], others: T[]] {
  return [all.filter(is), all.filter((one) => !is(one))]
}
