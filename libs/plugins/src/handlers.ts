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
  type StreamHandler,
  type StreamPhase,
  streamPhases,
} from './define-plugin.ts'
export type * from './facilities.ts'
export type * from './request-record.ts'
export type * from './stream-context.ts'
export type * from './stream-record.ts'

import { acl } from './acl/handler.ts'
import { basicAuth } from './basic-auth/handler.ts'
import { botDetection } from './bot-detection/handler.ts'
import { correlationId } from './correlation-id/handler.ts'
import { cors } from './cors/handler.ts'
import type { PluginDefinition } from './define-plugin.ts'
import { fileLog } from './file-log/handler.ts'
import { httpLog } from './http-log/handler.ts'
import { ipRestriction } from './ip-restriction/handler.ts'
import { keyAuth } from './key-auth/handler.ts'
import { prometheus } from './prometheus/handler.ts'
import { rateLimiting } from './rate-limiting/handler.ts'
import { requestSizeLimiting } from './request-size-limiting/handler.ts'
import { requestTermination } from './request-termination/handler.ts'
import { requestTransformer } from './request-transformer/handler.ts'
import { responseTransformer } from './response-transformer/handler.ts'

const plugins: readonly PluginDefinition[] = [
  acl,
  basicAuth,
  botDetection,
  correlationId,
  cors,
  fileLog,
  httpLog,
  ipRestriction,
  keyAuth,
  prometheus,
  rateLimiting,
  requestSizeLimiting,
  requestTermination,
  requestTransformer,
  responseTransformer,
]

/** Every plugin that runs on a data plane, by name. */
export const pluginHandlers: ReadonlyMap<string, PluginDefinition> = new Map(
  plugins.map((plugin) => [plugin.name, plugin]),
)
