import type { FastifyInstance } from 'fastify'
import { resource } from '../manners.ts'
import type { AdminMetrics } from '../metrics.ts'
import { metricsContracts } from '../openapi/contracts/status.ts'

/** `GET /metrics`, where Kong has it, and the measuring of every request. It answers while the database is away. */
export function registerMetrics(app: FastifyInstance, metrics: AdminMetrics): void {
  app.addHook('onResponse', async ({ method }, reply) =>
    metrics.observe(method, reply.statusCode, reply.elapsedTime / 1000),
  )
  resource(app, '/metrics', {
    describe: metricsContracts,
    GET: async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  })
}
