import http from 'node:http'
import https from 'node:https'
import Fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import type { Registry } from 'prom-client'
import { boundClients, type ClientBounds } from './bound-clients.ts'
import { registerDrain } from './drain-route.ts'
import type { LogLevelSwitch } from './log-level.ts'
import { registerLogLevel } from './log-level-routes.ts'
import type { Logger } from './logger.ts'
import { METRICS_TYPE } from './metrics.ts'
import type { Readiness } from './readiness.ts'
import { formatAddress, type Listen } from './settings/listen.ts'
import { listening } from './start-problem.ts'
import type { CertificatePair } from './tls/generate.ts'

/** What a status server asks the process. */
export interface Probes {
  /** The body of `GET /status`. Whoever answers is alive, so its code is always 200. */
  status(): Promise<object> | object
  /** Whether traffic may be sent here, with the reason why not. */
  ready(): Promise<Readiness> | Readiness
  readonly metrics: Pick<Registry, 'contentType' | 'metrics'>
  readonly levels: LogLevelSwitch
  /** Sends traffic elsewhere, or takes it back; false where it is too late for that. Absent where there is no traffic. */
  readonly drain?: (wanted: boolean) => boolean
  /** What it shows beside all that. */
  readonly routes?: StatusRoutes
}

/** Adds routes to a status server. */
export type StatusRoutes = (app: FastifyInstance) => void

/** Some balancers, some scrapers and a person: what else comes may not take the sockets of clients. */
const CLIENTS: ClientBounds = { connections: 256, requestMs: 60_000, silentMs: 60_000 }

/** `/status`, `/status/ready`, `/metrics` and `/debug/node/log-level`, not listening yet. There is no Admin API here. */
export function statusServer(probes: Probes, log: Logger, tls?: CertificatePair): FastifyInstance {
  const app = Fastify({
    forceCloseConnections: true, // a scraper's idle connection must not hold up the stop
    serverFactory: (handler) =>
      tls === undefined ? http.createServer(handler) : https.createServer(tls, handler),
  })
  boundClients(app.server, CLIENTS)
  app.get('/status', () => probes.status())
  app.get('/status/ready', async (_request, reply) => {
    const { ready, message } = await probes.ready()
    return reply.code(ready ? 200 : 503).send({ message })
  })
  app.get('/metrics', async (_request, reply) =>
    reply.type(METRICS_TYPE).send(await probes.metrics.metrics()),
  )
  registerLogLevel(app, probes.levels)
  if (probes.drain !== undefined) registerDrain(app, probes.drain, log)
  probes.routes?.(app)
  app.setNotFoundHandler((request, reply) => {
    const [url = ''] = request.url.split('?')
    const isThere = app.hasRoute({ url, method: 'GET' })
    return isThere
      ? reply.code(405).send({ message: 'Method not allowed' })
      : reply.code(404).send({ message: 'Not found' })
  })
  app.setErrorHandler((err: FastifyError, request, reply) => {
    const { statusCode = 500, message } = err
    if (statusCode < 500) return reply.code(statusCode).send({ message })
    log.error({ err, url: request.url }, 'a status request failed')
    return reply.code(500).send({ message: 'An unexpected error occurred' })
  })
  return app
}

export interface StatusListeners {
  /** Where it listens, as URLs; the port is the real one where 0 was asked for. */
  readonly addresses: readonly string[]
  /** Resolves when the signal has aborted and all listeners are closed. */
  readonly closed: Promise<void>
}

/**
 * Serves the probes on every address until the signal aborts.
 *
 * @throws StartProblem for an address that cannot be listened on
 */
export async function serveStatus(options: {
  readonly listens: readonly Listen[]
  readonly probes: Probes
  /** Asked for when an address is TLS. */
  readonly certificate: () => Promise<CertificatePair>
  readonly log: Logger
  readonly signal: AbortSignal
}): Promise<StatusListeners> {
  const { listens, probes, certificate, log, signal } = options
  const servers: FastifyInstance[] = []
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()))
  }
  try {
    const addresses: string[] = []
    for (const { host, port, ssl } of listens) {
      const server = statusServer(probes, log, ssl ? await certificate() : undefined)
      servers.push(server)
      await listening('status_listen', formatAddress({ host, port }), server.listen({ host, port }))
      addresses.push(urlOf(server, host, ssl))
    }
    return { addresses, closed: aborted(signal).then(close) }
  } catch (error) {
    await close()
    throw error
  }
}

function urlOf(server: FastifyInstance, host: string, ssl: boolean): string {
  const bound = server.server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0
  return `${ssl ? 'https' : 'http'}://${formatAddress({ host, port })}`
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
