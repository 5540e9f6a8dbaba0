import type { PluginContext } from '../context.ts'
import type { RateLimitingConfig } from './schema.ts'

/** Whose requests are counted together. Who is not known is known by the address. */
export function identifierOf(context: PluginContext, config: RateLimitingConfig): string {
  return wanted(context, config) ?? context.clientIp
}

function wanted(context: PluginContext, config: RateLimitingConfig): string | undefined {
  const { request, consumer, credential, service } = context
  switch (config.limit_by) {
    case 'service':
      return service?.id
    case 'consumer':
      return consumer?.id ?? credential?.id
    case 'credential':
      return credential?.id
    case 'header':
      return config.header_name === null ? undefined : request.headers.get(config.header_name)
    case 'path':
      return request.path === config.path ? request.path : undefined
    default:
      return undefined
  }
}
