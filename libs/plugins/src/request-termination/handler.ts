import type { JsonObject } from '@biplane/entities'
import { bodyFields } from '../body-fields.ts'
import type { PluginContext, Verdict } from '../context.ts'
import { definePlugin } from '../define-plugin.ts'
import { gather } from '../gather.ts'
import { type RequestTerminationConfig, requestTerminationSchema } from './schema.ts'

/** A longer body is not part of an echo. */
const BODY_LIMIT = 1024 * 1024

export const requestTermination = definePlugin<RequestTerminationConfig>({
  name: requestTerminationSchema.name,
  priority: requestTerminationSchema.priority,
  create(config) {
    const { trigger, echo } = config
    const answer = verdictOf(config)
    return {
      needs: echo ? { requestBody: { limit: BODY_LIMIT } } : {},
      access(context) {
        if (trigger !== null && !isTriggered(context, trigger)) return undefined
        return echo ? { status: config.status_code, body: echoOf(context, config) } : answer
      },
    }
  },
})

const DEFAULT_MESSAGES: ReadonlyMap<number, string> = new Map([
  [401, 'Unauthorized'],
  [404, 'Not found'],
  [405, 'Method not allowed'],
  [500, 'An unexpected error occurred'],
  [502, 'Bad Gateway'],
  [503, 'Service unavailable'],
])

function messageOf({ message, status_code }: RequestTerminationConfig): string | undefined {
  return message ?? DEFAULT_MESSAGES.get(status_code)
}

function verdictOf(config: RequestTerminationConfig): Verdict {
  const { status_code: status, body, content_type: contentType } = config
  if (body !== null) {
    return contentType === null
      ? { status, body }
      : { status, body, headers: { 'Content-Type': contentType } }
  }
  const message = messageOf(config)
  return message === undefined ? { status } : { status, body: { message } }
}

function isTriggered({ request }: PluginContext, name: string): boolean {
  return request.headers.get(name) !== undefined || request.query.has(name)
}

/** The request as the data plane understood it, for whoever debugs a configuration. */
function echoOf(context: PluginContext, config: RequestTerminationConfig): JsonObject {
  const { request, node, route, service } = context
  const { method, scheme, host, port, path, body } = request
  const message = messageOf(config)
  const parsed = body ? bodyFields(request.headers.get('Content-Type'), body.bytes) : undefined
  return {
    ...(message !== undefined && { message }),
    kong: { node_id: node.id, worker_pid: process.pid, hostname: node.hostname },
    request: {
      method,
      scheme,
      host,
      port,
      path,
      headers: gather(request.headers.entries()),
      query: gather(request.query.entries()),
      body: parsed?.object ?? null,
      raw_body: body ? new TextDecoder().decode(body.bytes) : null,
    },
    matched_route: route,
    matched_service: service,
  }
}
