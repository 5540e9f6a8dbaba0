import type { PluginVersion, WithheldReason } from '@biplane/protocol'
import { parseVersion } from './version.ts'

/** The order in which plugins are checked, so that the first offender is the same everywhere. */
export function inNameOrder(plugins: readonly PluginVersion[]): PluginVersion[] {
  return plugins.toSorted((a, b) => compare(a.name.toLowerCase(), b.name.toLowerCase()))
}

/**
 * Why a config that uses the plugin cannot be sent to a node; undefined if it can. A plugin fits if it is there, of the
 * same major and of the same or an older minor version. A version that a side does not state, or that is none, fits.
 */
export function pluginObstacle(cp: PluginVersion, dp: PluginVersion | undefined): WithheldReason | undefined {
  const subject = cp.name
  if (!dp) {
    const message = `configured ${subject} plugin ${stated(cp)} is missing on the data plane`
    return { kind: 'plugin_set_incompatible', message, subject }
  }
  const ours = parseVersion(cp.version)
  const theirs = parseVersion(dp.version)
  if (!ours || !theirs || (ours.major === theirs.major && theirs.minor <= ours.minor)) return undefined
  const message = `configured data plane ${subject} plugin version ${stated(dp)} does not fit control plane version ${stated(cp)}`
  return { kind: 'plugin_version_incompatible', message, subject }
}

/** A line for the log when a node connects. It never withholds anything: the plugin may not even be configured. */
export interface ConnectNotice {
  readonly level: 'warn' | 'notice' | 'info'
  readonly plugin: string
  readonly message: string
}

/** How a node's plugins differ from the control plane's. Plugins that only the node has are never mentioned. */
export function connectNotices(
  cpPlugins: readonly PluginVersion[],
  dpPlugins: readonly PluginVersion[],
): ConnectNotice[] {
  const installed = new Map(dpPlugins.map((plugin) => [plugin.name, plugin]))
  return inNameOrder(cpPlugins).flatMap((cp) => notice(cp, installed.get(cp.name)) ?? [])
}

function notice(cp: PluginVersion, dp: PluginVersion | undefined): ConnectNotice | undefined {
  const line = (level: ConnectNotice['level'], message: string) => ({ level, plugin: cp.name, message })
  if (!dp) return line('warn', `${cp.name} plugin ${stated(cp)} is missing on the data plane`)

  const ours = parseVersion(cp.version)
  const theirs = parseVersion(dp.version)
  const versions = `${stated(cp)} on the control plane, ${stated(dp)} on the data plane`
  if (!ours && !theirs) return undefined
  if (!ours) return line('notice', `${cp.name} plugin: the control plane states no version (${versions})`)
  if (!theirs) return line('notice', `${cp.name} plugin: the data plane states no version (${versions})`)
  if (ours.major !== theirs.major)
    return line('warn', `${cp.name} plugin: major versions differ (${versions})`)
  if (ours.minor !== theirs.minor)
    return line('info', `${cp.name} plugin: minor versions differ (${versions})`)
  return undefined
}

function stated({ version }: PluginVersion): string {
  return version ?? 'unspecified'
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
