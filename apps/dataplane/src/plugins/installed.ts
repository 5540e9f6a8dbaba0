import type { PluginSchema } from '@biplane/entities'
import { bundledPlugins, type CustomPlugin, namedPlugins } from '@biplane/plugins'
import { type HandlerFile, pluginHandlers, tryHandlers } from '@biplane/plugins/handlers'
import { StartProblem } from '@biplane/service'

/** The plugins of a node. */
export interface InstalledPlugins {
  /** What they may be configured as, by name. */
  readonly schemas: ReadonlyMap<string, PluginSchema>
  /** What workers load besides the bundled handlers. */
  readonly handlers: readonly HandlerFile[]
}

/**
 * The plugins that the settings `plugins` and `plugins_path` name. A node has those only that it can run: a control plane
 * knows of more and lets them be configured, and a hub withholds such a config from nodes that lack the plugin, so that none
 * goes without it silently. Handlers of custom plugins are tried here, to see that workers can load them.
 *
 * @throws StartProblem for what cannot be loaded
 */
export async function installedPlugins(
  names: readonly string[],
  folder: string,
  version: string,
): Promise<InstalledPlugins> {
  const known = bundledPlugins(version)
  const bundled = new Map([...known].filter(([name]) => pluginHandlers.has(name)))
  const wanted = names.filter((name) => bundled.has(name) || !known.has(name))
  const problems = names
    .filter((name) => !wanted.includes(name))
    .map((name) => `'${name}' can be configured, but no node of this release can run it`)
  const named = await namedPlugins(wanted, { bundled, reserved: new Set(known.keys()), folder })
  if ('problems' in named) throw refusal([...problems, ...named.problems])
  const handlers = named.custom.flatMap((plugin) => handlerFile(plugin) ?? [])
  const lacking = named.custom
    .filter(({ handler }) => handler === null)
    .map((plugin) => `'${plugin.schema.name}' cannot be loaded: ${plugin.folder} has no handler.js`)
  const failed = await tryHandlers(handlers)
  if (problems.length + lacking.length + failed.length > 0)
    throw refusal([...problems, ...lacking, ...failed])
  return { schemas: named.schemas, handlers }
}

function handlerFile({ schema: { name, priority }, folder, handler }: CustomPlugin): HandlerFile | undefined {
  return handler === null ? undefined : { name, priority, folder, file: handler }
}

function refusal(problems: readonly string[]): StartProblem {
  return new StartProblem(problems.map((problem) => `plugins: ${problem}`).join('\n'))
}
