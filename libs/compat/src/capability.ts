import type { Kind } from '@biplane/entities'
import type { PluginVersion, WithheldReason } from '@biplane/protocol'
import { inNameOrder, pluginObstacle } from './plugin-check.ts'
import { isAnnounced, type Rule } from './rule.ts'
import { rules as allRules } from './rules.ts'
import { numericVersion } from './version.ts'

/**
 * What a node can understand, reduced to what makes a difference to its config, so that nodes which may be sent the same
 * share one view: patch releases, extra plugins and older plugin versions do not show in it.
 */
export interface Capability {
  /** The first release with a rule that the node is too old for; null if it gets the whole config. */
  readonly before: string | null
  /** Those of the control plane's plugins that the node cannot run, in name order. */
  readonly lacks: readonly Lack[]
  /** The control plane's WASM filters that the node does not know. */
  readonly missingFilters: readonly string[]
  /** Kinds of entities that it does not know, though its version might, in order of name. */
  readonly unknownKinds: readonly Kind[]
}

export interface Lack {
  readonly plugin: string
  /** Why no config that uses the plugin can be sent. */
  readonly withheld: WithheldReason
}

export interface ControlPlane {
  /** The version of the hub the node is attached to. */
  readonly version: string
  /** As the feed announces them. */
  readonly plugins: readonly PluginVersion[]
  /** The names of its WASM filters; absent while WASM is off. */
  readonly filters?: readonly string[]
}

export interface NodeOffer {
  readonly version: string
  readonly plugins: readonly PluginVersion[]
  /** Absent or null from a node that reports none. */
  readonly filters?: readonly string[] | null
  /** Absent from a node that reports none. */
  readonly kinds?: readonly Kind[]
}

export function capabilityOf(
  controlPlane: ControlPlane,
  node: NodeOffer,
  rules: readonly Rule[] = allRules,
): Capability {
  const known = new Set(node.filters ?? [])
  const before = firstRelease(rules, controlPlane.version, node.version)
  return {
    before,
    unknownKinds: unknownKinds(rules, before, node.kinds ?? []),
    lacks: lacksOf(controlPlane.plugins, node.plugins),
    missingFilters: (controlPlane.filters ?? []).filter((filter) => !known.has(filter)).toSorted(),
  }
}

/** Equal exactly for equal capabilities: the name of a view. */
export function capabilityKey({ before, lacks, missingFilters, unknownKinds }: Capability): string {
  return JSON.stringify([before, lacks.map(({ withheld }) => withheld.message), missingFilters, unknownKinds])
}

/**
 * Why a config may not be sent to nodes of this capability; undefined if it may. It is asked anew whenever the configured
 * plugins change, so a plugin that is removed or disabled frees the nodes without a reconnect.
 *
 * @param configured the names of the plugins that occur in the exported config, in whatever scope
 */
export function withheldReason(
  { lacks, missingFilters }: Capability,
  configured: { has(plugin: string): boolean },
): WithheldReason | undefined {
  const offender = lacks.find(({ plugin }) => configured.has(plugin))
  if (offender) return offender.withheld
  // Filters count whether or not any filter chain uses them.
  if (missingFilters.length === 0) return undefined
  const subject = missingFilters.join(', ')
  return {
    kind: 'filter_set_incompatible',
    message: `missing one or more wasm filters: ${subject}`,
    subject,
  }
}

/** Rules apply to nodes older than their release, unless both sides are of one version. */
function firstRelease(rules: readonly Rule[], cpVersion: string, dpVersion: string): string | null {
  const node = numericVersion(dpVersion)
  if (node === numericVersion(cpVersion)) return null
  const newer = rules.map(({ since }) => since).filter((since) => numericVersion(since) > node)
  return newer.toSorted((a, b) => numericVersion(a) - numericVersion(b))[0] ?? null
}

/** Those that `before` does not keep from it already. */
function unknownKinds(
  rules: readonly Rule[],
  before: string | null,
  known: readonly Kind[],
): readonly Kind[] {
  const oldest = before === null ? Number.POSITIVE_INFINITY : numericVersion(before)
  const unknown = rules.filter(
    (rule) => isAnnounced(rule) && numericVersion(rule.since) < oldest && !known.includes(rule.on),
  )
  return unknown.map(({ on }) => on).toSorted()
}

function lacksOf(cpPlugins: readonly PluginVersion[], dpPlugins: readonly PluginVersion[]): Lack[] {
  const installed = new Map(dpPlugins.map((plugin) => [plugin.name, plugin]))
  return inNameOrder(cpPlugins).flatMap((plugin) => {
    const withheld = pluginObstacle(plugin, installed.get(plugin.name))
    return withheld ? [{ plugin: plugin.name, withheld }] : []
  })
}
