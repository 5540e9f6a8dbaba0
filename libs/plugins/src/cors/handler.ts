import type { HeaderFields, PluginContext, Verdict } from '../context.ts'
import { definePlugin } from '../define-plugin.ts'
import { type AllowOrigin, originRule } from './origins.ts'
import { type CorsConfig, corsSchema } from './schema.ts'

export const cors = definePlugin<CorsConfig>({
  name: corsSchema.name,
  priority: corsSchema.priority,
  create(config) {
    const rule = originRule(config.origins ?? [], config.credentials)
    const fixed = preflightHeaders(config)
    const exposed = config.exposed_headers?.join(',') || undefined
    /** Preflights have got all their headers, or get those of the upstream. */
    const preflights = new WeakSet<PluginContext>()
    return {
      access(context) {
        if (!isPreflight(context)) return undefined
        preflights.add(context)
        if (config.preflight_continue) return undefined
        return preflight(context.request.headers, fixed, rule)
      },
      response(context) {
        const { request, response } = context
        if (request.method === 'OPTIONS' && preflights.has(context)) return undefined
        tellOrigin(response.headers, rule(request.headers.get('origin')))
        if (exposed !== undefined) response.headers.set('Access-Control-Expose-Headers', exposed)
        return undefined
      },
    }
  },
})

function isPreflight({ request: { method, headers } }: PluginContext): boolean {
  return (
    method === 'OPTIONS' &&
    headers.get('origin') !== undefined &&
    headers.get('access-control-request-method') !== undefined
  )
}

/** What every answer to a preflight says. */
function preflightHeaders({ methods, headers, max_age: maxAge }: CorsConfig): Record<string, string> {
  return {
    'Access-Control-Allow-Methods': (methods ?? EVERY_METHOD).join(','),
    ...(headers !== null && headers.length > 0 && { [ALLOW_HEADERS]: headers.join(',') }),
    ...(maxAge !== null && { 'Access-Control-Max-Age': String(maxAge) }),
  }
}

const EVERY_METHOD = ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT'] as const
const ALLOW_HEADERS = 'Access-Control-Allow-Headers'

function preflight(
  request: HeaderFields,
  fixed: Readonly<Record<string, string>>,
  rule: (origin: string | undefined) => AllowOrigin,
): Verdict {
  const { origin, varies, credentials } = rule(request.get('origin'))
  const asked = request.get('access-control-request-headers')
  const headers = {
    ...(asked !== undefined && { [ALLOW_HEADERS]: asked }),
    ...fixed,
    ...(origin !== null && { 'Access-Control-Allow-Origin': origin }),
    ...(credentials && { 'Access-Control-Allow-Credentials': 'true' }),
    ...(varies && { Vary: 'Origin' }),
  }
  return { status: 200, headers }
}

function tellOrigin(response: HeaderFields, { origin, varies, credentials }: AllowOrigin): void {
  if (origin === null) response.remove('Access-Control-Allow-Origin')
  else response.set('Access-Control-Allow-Origin', origin)
  if (credentials) response.set('Access-Control-Allow-Credentials', 'true')
  if (varies) response.add('Vary', 'Origin')
}
