import type { PluginSchema } from '@biplane/entities'
import { bundledPlugins } from '@biplane/plugins'
import { StartProblem } from '@biplane/service'

/**
 * The plugins that the setting `plugins` names; `bundled` stands for all that come with the product, `off` for none.
 *
 * @throws StartProblem for a name that is not installed
 */
export function chosenPlugins(names: readonly string[], version: string): ReadonlyMap<string, PluginSchema> {
  const installed = bundledPlugins(version)
  const chosen = names.flatMap((name) =>
    name === 'bundled' ? [...installed.keys()] : name === 'off' ? [] : [name],
  )
  return new Map(
    chosen.map((name) => {
      const schema = installed.get(name)
      if (schema !== undefined) return [name, schema]
      throw new StartProblem(
        `plugins: '${name}' is not installed; there are: ${[...installed.keys()].join(', ')}`,
      )
    }),
  )
}
