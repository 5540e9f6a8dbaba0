import type { JsonObject } from '@biplane/entities'
import type { PluginDefinition, PluginHandler } from './define-plugin.ts'
import { EVERYWHERE } from './fixtures.ts'

/** For tests: the handler of a plugin that is limited to nothing. */
export function handlerOf(plugin: PluginDefinition, config: JsonObject): PluginHandler {
  return plugin.create(config, EVERYWHERE)
}
