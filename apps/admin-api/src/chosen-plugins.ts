import type { PluginSchema } from '@biplane/entities'
import { bundledPlugins, namedPlugins } from '@biplane/plugins'
import { StartProblem } from '@biplane/service'

/**
 * The plugins that the settings `plugins` and `plugins_path` name. The control plane loads schemas only, of custom plugins
 * too.
 *
 * @throws StartProblem for what cannot be loaded
 */
export async function chosenPlugins(
  names: readonly string[],
  folder: string,
  version: string,
): Promise<ReadonlyMap<string, PluginSchema>> {
  const bundled = bundledPlugins(version)
  const named = await namedPlugins(names, { bundled, reserved: new Set(bundled.keys()), folder })
  if ('schemas' in named) return named.schemas
  throw new StartProblem(named.problems.map((problem) => `plugins: ${problem}`).join('\n'))
}
