import type { PluginContext, Verdict } from '../context.ts'
import { definePlugin } from '../define-plugin.ts'
import type { PluginScope } from '../facilities.ts'
import { identifierOf } from './identifier.ts'
import { type RateLimitingConfig, rateLimitingSchema } from './schema.ts'
import { limitsOf, usageOf, windowsAt } from './usage.ts'

export const rateLimiting = definePlugin<RateLimitingConfig>({
  name: rateLimitingSchema.name,
  priority: rateLimitingSchema.priority,
  create(config, scope) {
    const limits = limitsOf(config)
    const prefix = keyPrefix(scope)
    return {
      access(context) {
        const now = Math.floor(context.facilities.now() / 1000)
        const windows = windowsAt(limits, now)
        const key = prefix + identifierOf(context, config)
        const used = context.facilities.counters.take(key, windows)
        return decide(context, config, usageOf(windows, used, now))
      },
      response(context) {
        tellUsage(context)
        return undefined
      },
    }
  },
})

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
  { exceeded, headers, reset }: ReturnType<typeof usageOf>,
): Verdict | undefined {
  const told = config.hide_client_headers ? {} : headers
  if (!exceeded) {
    shared.set(SHARED, told)
    return undefined
  }
  const retry = config.hide_client_headers ? {} : { 'Retry-After': String(reset) }
  return {
    status: config.error_code ?? 429,
    error: config.error_message ?? 'API rate limit exceeded',
    headers: { ...told, ...retry },
  }
}

function tellUsage({ shared, response }: PluginContext): void {
  const headers = shared.get(SHARED)
  if (typeof headers !== 'object' || headers === null) return
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, String(value))
}
