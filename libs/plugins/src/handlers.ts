/** What the data plane loads. The control plane imports `@biplane/plugins`, which holds schemas only. */
export type * from './context.ts'
export { type HandlerFile, loadHandlers } from './custom/load-handlers.ts'
export { tryHandlers } from './custom/try-handlers.ts'
export {
  definePlugin,
  type Needs,
  type Phase,
  type PluginDefinition,
  type PluginHandler,
  phases,
} from './define-plugin.ts'
export type * from './facilities.ts'

import type { PluginDefinition } from './define-plugin.ts'
import { keyAuth } from './key-auth/handler.ts'
import { rateLimiting } from './rate-limiting/handler.ts'
import { requestTermination } from './request-termination/handler.ts'

const plugins: readonly PluginDefinition[] = [keyAuth, rateLimiting, requestTermination]

/** Every plugin that runs on a data plane, by name. */
export const pluginHandlers: ReadonlyMap<string, PluginDefinition> = new Map(
  plugins.map((plugin) => [plugin.name, plugin]),
)
