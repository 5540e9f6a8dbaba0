import http from 'node:http'
import https from 'node:https'
import type { Logger, ResponseHeader } from '@biplane/service'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { registerBodies } from './body.ts'
import { decodable } from './decodable.ts'
import { addHeaders, registerManners } from './manners.ts'
import { registerProblems, toProblem } from './problem.ts'
import { refuseUnreadable } from './unreadable.ts'

export interface AppOptions {
  /** What the `Server` header tells. */
  readonly version: string
  /** Which of the headers that may be added are. */
  readonly headers: ReadonlySet<ResponseHeader>
  /** The origin whose scripts may read answers; null for any. */
  readonly guiOrigin: string | null
  readonly isDatabaseLost: () => boolean
  readonly log: Logger
  /** How TLS is spoken; undefined for without. */
  readonly tls: https.ServerOptions | undefined
}

const CONNECTIONS: http.ServerOptions = {
  /** A request without a host is refused by `registerManners`: Node would do so without a word. */
  requireHostHeader: false,
  /** As long as nginx keeps idle ones, in ms: a client must not send a write on a connection that is just being closed. */
  keepAliveTimeout: 75_000,
}

/** The longest path parameter: names and keys have no limit of their own. */
const LONGEST_PARAMETER = 8192

/** A Fastify instance with the manners of Kong's Admin API and no routes yet. */
export function adminApp(options: AppOptions): FastifyInstance {
  const { version, headers, guiOrigin, isDatabaseLost, log, tls } = options
  // Fastify itself tells only what goes wrong; where it listens is told once all of the process does.
  const loggerInstance: FastifyBaseLogger = log.child({}, { level: 'warn' })
  const manners = { server: `kong/${version}`, headers, guiOrigin }
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: LONGEST_PARAMETER },
    rewriteUrl: ({ url = '/' }) => decodable(url),
    // What no route can be looked up for, such as a broken percent escape.
    frameworkErrors: (error, request: FastifyRequest, reply: FastifyReply) => {
      const { status, body } = toProblem(error)
      addHeaders(request, reply, manners) // no hook runs for them
      return reply.code(status).send(body)
    },
    clientErrorHandler: (error, socket) =>
      refuseUnreadable(error, socket, headers.has('server') ? manners.server : null),
    serverFactory: (handler) =>
      tls === undefined
        ? http.createServer(CONNECTIONS, handler)
        : https.createServer({ ...tls, ...CONNECTIONS }, handler),
  })
  // An expectation that nobody knows stands in the way of nothing, as in Kong; Node would refuse it in words of its own.
  app.server.on('checkExpectation', (request, response) => void app.server.emit('request', request, response))
  // A verb that Fastify does not know would be an unknown path; it is one that is not offered.
  for (const method of http.METHODS) {
    if (method !== 'CONNECT' && !app.supportedMethods.includes(method)) app.addHttpMethod(method)
  }
  registerManners(app, manners)
  registerBodies(app)
  registerProblems(app, isDatabaseLost)
  return app
}
