import type { PluginSchema } from '@biplane/entities'
import { bundledPlugins } from '@biplane/plugins'
import { StartProblem } from '@biplane/service'

/**
 * The plugins that the setting `plugins` names; `bundled` stands for all that come with the product, `off` for none.
 *
 * @throws StartProblem for a name that is not installed
 */
export function installedPlugins(
  names: readonly string[],
  version: string,
): ReadonlyMap<string, PluginSchema> {
  const bundled = bundledPlugins(version)
  const wanted = names.flatMap((name) =>
    name === 'bundled' ? [...bundled.keys()] : name === 'off' ? [] : [name],
  )
  return new Map(wanted.map((name) => [name, bundled.get(name) ?? unknown(name)]))
}

function unknown(name: string): never {
  throw new StartProblem(`plugins: '${name}' is not a plugin of this node`)
}
