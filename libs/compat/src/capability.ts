import type { PluginVersion, WithheldReason } from '@biplane/protocol'
import { inNameOrder, pluginObstacle } from './plugin-check.ts'
import type { Rule } from './rule.ts'
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
}

export function capabilityOf(
  controlPlane: ControlPlane,
  node: NodeOffer,
  rules: readonly Rule[] = allRules,
): Capability {
  const known = new Set(node.filters ?? [])
  return {
    before: firstRelease(rules, controlPlane.version, node.version),
    lacks: lacksOf(controlPlane.plugins, node.plugins),
    missingFilters: (controlPlane.filters ?? []).filter((filter) => !known.has(filter)).toSorted(),
  }
}

/** Equal exactly for equal capabilities: the name of a view. */
export function capabilityKey({ before, lacks, missingFilters }: Capability): string {
  return JSON.stringify([before, lacks.map(({ withheld }) => withheld.message), missingFilters])
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

function lacksOf(cpPlugins: readonly PluginVersion[], dpPlugins: readonly PluginVersion[]): Lack[] {
  const installed = new Map(dpPlugins.map((plugin) => [plugin.name, plugin]))
  return inNameOrder(cpPlugins).flatMap((plugin) => {
    const withheld = pluginObstacle(plugin, installed.get(plugin.name))
    return withheld ? [{ plugin: plugin.name, withheld }] : []
  })
}
