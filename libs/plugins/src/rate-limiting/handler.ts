import type { PluginContext, Verdict } from '../context.ts'
import { definePlugin } from '../define-plugin.ts'
import type { Facilities, PluginScope } from '../facilities.ts'
import { identifierOf } from './identifier.ts'
import { type LimitStore, localStore } from './limit-store.ts'
import { RedisStore } from './redis-store.ts'
import { type RateLimitingConfig, rateLimitingSchema } from './schema.ts'
import { SyncedStore } from './synced-store.ts'
import { limitsOf, type Usage, usageOf, windowsOf } from './usage.ts'

export const rateLimiting = definePlugin<RateLimitingConfig>({
  name: rateLimitingSchema.name,
  priority: rateLimitingSchema.priority,
  create(config, scope) {
    const windowsAt = windowsOf(limitsOf(config))
    const prefix = keyPrefix(scope)
    const storeOf = storeFor(config)
    return {
      access(context) {
        const now = Math.floor(context.facilities.now() / 1000)
        const windows = windowsAt(now)
        const key = prefix + identifierOf(context, config)
        const known = (used: readonly number[]) => decide(context, config, usageOf(windows, used, now))
        const used = storeOf(context.facilities).take(key, windows)
        return 'then' in used
          ? used.then(known, (error) => withoutStore(context, config, error))
          : known(used)
      },
      response(context) {
        tellUsage(context)
        return undefined
      },
    }
  },
})

/** Stores outside the node are kept from one config to the next, and shared by all that configure the same. */
function storeFor(config: RateLimitingConfig): (facilities: Facilities) => LimitStore {
  if (config.policy !== 'redis') return localStore
  const settings = Object.entries(config).filter(([name]) => name.startsWith('redis_'))
  const { sync_rate: syncRate } = config
  const key = `rate-limiting:${JSON.stringify([settings, syncRate])}`
  return (facilities) => {
    const { log, now } = facilities
    return facilities.keep(key, () =>
      syncRate > 0 ? new SyncedStore(config, { log, now, syncRate }) : new RedisStore(config, { log, now }),
    )
  }
}

/** @throws Error where requests shall not pass uncounted */
function withoutStore(
  { log }: PluginContext,
  { fault_tolerant: tolerant }: RateLimitingConfig,
  error: unknown,
): undefined {
  if (!tolerant) throw new Error('the store of rate-limiting cannot be reached', { cause: error })
  const cause = error instanceof Error ? error.message : String(error)
  log.error({ cause }, 'rate-limiting lets requests pass uncounted: its store cannot be reached')
}

/** An instance of all routes counts for all of them together; two of single routes count apart. */
function keyPrefix({ route, service }: PluginScope): string {
  return `ratelimit:${route ?? NOBODY}:${service ?? NOBODY}:`
}

const NOBODY = '00000000-0000-0000-0000-000000000000'

/** Under which the headers wait for the response. */
const SHARED = 'rate-limiting'

function decide(
  { shared }: PluginContext,
  config: RateLimitingConfig,
  { exceeded, headers, reset }: Usage,
): Verdict | undefined {
  if (!exceeded) {
    if (!config.hide_client_headers) shared.set(SHARED, headers)
    return undefined
  }
  return {
    status: config.error_code ?? 429,
    error: config.error_message ?? 'API rate limit exceeded',
    headers: config.hide_client_headers ? {} : { ...recordOf(headers), 'Retry-After': String(reset) },
  }
}

function recordOf(headers: readonly string[]): Record<string, string> {
  return Object.fromEntries(headers.flatMap((name, i) => (i % 2 === 0 ? [[name, headers[i + 1] ?? '']] : [])))
}

function tellUsage({ shared, response }: PluginContext): void {
  const headers = shared.get(SHARED)
  if (!Array.isArray(headers)) return
  for (let i = 0; i < headers.length; i += 2) response.headers.set(String(headers[i]), String(headers[i + 1]))
}
