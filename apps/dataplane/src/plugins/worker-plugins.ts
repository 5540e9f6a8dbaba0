import { loadHandlers, type PluginDefinition, pluginHandlers } from '@biplane/plugins/handlers'
import type { WorkerSettings } from '../workers/messages.ts'

/**
 * The plugins that a worker runs, by name.
 *
 * @throws Error when one can no longer be loaded: it could when the node started
 */
export async function workerPlugins({
  plugins,
  handlers,
}: Pick<WorkerSettings, 'plugins' | 'handlers'>): Promise<ReadonlyMap<string, PluginDefinition>> {
  const loaded = await loadHandlers(handlers)
  if ('problems' in loaded) throw new Error(loaded.problems.join('; '))
  const bundled = [...pluginHandlers].filter(([name]) => plugins.includes(name))
  return new Map([...bundled, ...loaded.handlers.map((plugin) => [plugin.name, plugin] as const)])
}
