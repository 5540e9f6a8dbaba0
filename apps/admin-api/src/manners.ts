import type { ResponseHeader } from '@biplane/service'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { BadRequest, limitArguments } from './bad-request.ts'
import type { Describe } from './openapi/contract.ts'
import { REVISION_HEADER } from './revision-header.ts'

/** What every answer of the Admin API carries (admin API facts, section 1). */
export interface MannersOptions {
  /** The `Server` token, `kong/3.4.0`. */
  readonly server: string
  readonly headers: ReadonlySet<ResponseHeader>
  /** The origin whose scripts may read answers; null for any. */
  readonly guiOrigin: string | null
}

const NOT_FOUND = { message: 'Not found' }

/** Headers for every answer, a limit for every query, and Kong's words for an unknown path. */
export function registerManners(app: FastifyInstance, options: MannersOptions): void {
  app.addHook('onRequest', async ({ url, headers, raw }) => {
    if (headers.host === undefined && raw.httpVersion === '1.1') throw new BadRequest(400, 'Bad request')
    const [, query = ''] = url.split('?', 2)
    limitArguments(query.split('&').length)
  })
  // A segment that is empty is not the name of anything: `/services//` is no path.
  app.addHook('onRequest', async ({ params }, reply) => {
    if (Object.values(Object(params)).includes('')) return notFound(reply)
  })
  app.addHook('onSend', async (request, reply) => addHeaders(request, reply, options))
  app.setNotFoundHandler(async (_request, reply) => notFound(reply))
}

/** Server and latency headers, and CORS with credentials, without which browsers keep answers from a page that sends them. */
export function addHeaders(
  request: FastifyRequest,
  reply: FastifyReply,
  { server, headers, guiOrigin }: MannersOptions,
): void {
  reply.header('Access-Control-Allow-Origin', guiOrigin ?? request.headers.origin ?? '*')
  // What is kept of an answer to one page must not be given to another.
  if (guiOrigin === null) reply.header('Vary', 'Origin')
  reply.header('Access-Control-Allow-Credentials', 'true')
  reply.header('Access-Control-Expose-Headers', `ETag, ${REVISION_HEADER}`)
  if (headers.has('server')) reply.header('Server', server)
  if (headers.has('x-kong-admin-latency'))
    reply.header('X-Kong-Admin-Latency', String(Math.round(reply.elapsedTime)))
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>
export type Handlers = Partial<Record<Method, Handler>> & {
  /** What the verbs take and answer, for `/openapi.json`. */
  readonly describe?: Describe
}

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

export interface ResourceOptions {
  /** Bytes, where a body may be longer than others. */
  readonly bodyLimit?: number
  /** Whether it takes bodies of any type, as bytes. */
  readonly anyBody?: boolean
  /** Whether anybody may read it, whoever else needs a token. */
  readonly public?: boolean
  /** Whether a request only looks, although its verb is one that writes. */
  readonly harmless?: (request: FastifyRequest) => boolean
  /** The status of verbs that the path does not offer; 405 unless stated. */
  readonly refusesUnknownVerbsWith?: 404
}

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly describe?: Describe
    /** Whether the route is that of verbs that all resources answer alike. */
    readonly implied?: true
  }
}

/**
 * One path with all its verbs: HEAD answers as GET, OPTIONS tells the verbs, any other is 405. A handler's value is the
 * body; `undefined` means 204 without one.
 */
export function resource(
  app: FastifyInstance,
  url: string,
  { describe, ...handlers }: Handlers,
  { bodyLimit, anyBody = false, refusesUnknownVerbsWith, ...access }: ResourceOptions = {},
): void {
  const head = handlers.GET === undefined ? [] : ['HEAD']
  const offered = [...METHODS.filter((method) => handlers[method] !== undefined), ...head, 'OPTIONS'].sort()
  const allow = offered.join(', ')
  for (const method of METHODS) {
    const handler = handlers[method]
    if (handler === undefined) continue
    app.route({
      method,
      url,
      ...(bodyLimit !== undefined && { bodyLimit }),
      config: { anyBody, ...access, ...(describe && { describe }) },
      exposeHeadRoute: method === 'GET',
      handler: (request, reply) => answer(handler, request, reply),
    })
  }
  app.route({
    method: 'OPTIONS',
    url,
    config: { implied: true },
    handler: async (request, reply) => {
      const wanted = request.headers['access-control-request-headers']
      reply.header('Allow', allow)
      reply.header('Access-Control-Allow-Methods', allow)
      reply.header('Access-Control-Allow-Headers', wanted ?? 'Content-Type')
      return reply.code(204).send()
    },
  })
  app.route({
    method: app.supportedMethods.filter((method) => !offered.includes(method)),
    url,
    config: { implied: true },
    handler: async (_request, reply) =>
      refusesUnknownVerbsWith === 404
        ? notFound(reply)
        : reply.code(405).header('Allow', allow).send({ message: 'Method not allowed' }),
  })
}

/** Kong's answer for what is not there. */
export function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).send(NOT_FOUND)
}

async function answer(handler: Handler, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const body = await handler(request, reply)
  if (reply.sent) return reply
  return body === undefined ? reply.code(204).send() : reply.send(body)
}
