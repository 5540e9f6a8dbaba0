import type { PluginSchema } from '@biplane/entities'
import { bundledPlugins } from '@biplane/plugins'
import { pluginHandlers } from '@biplane/plugins/handlers'
import { StartProblem } from '@biplane/service'

/**
 * The plugins that the setting `plugins` names; `bundled` stands for all that come with the product, `off` for none. A node
 * has those only that it can run: a control plane knows of more and lets them be configured, and a hub withholds such a
 * config from nodes that lack the plugin, so that none goes without it silently.
 *
 * @throws StartProblem for a name that is not installed
 */
export function installedPlugins(
  names: readonly string[],
  version: string,
): ReadonlyMap<string, PluginSchema> {
  const bundled = bundledPlugins(version)
  const runnable = new Map([...bundled].filter(([name]) => pluginHandlers.has(name)))
  const wanted = names.flatMap((name) =>
    name === 'bundled' ? [...runnable.keys()] : name === 'off' ? [] : [name],
  )
  return new Map(wanted.map((name) => [name, runnable.get(name) ?? missing(name, bundled.has(name))]))
}

function missing(name: string, isKnown: boolean): never {
  const why = isKnown
    ? 'can be configured, but no node of this release can run it'
    : 'is not a plugin of this node'
  throw new StartProblem(`plugins: '${name}' ${why}`)
}
