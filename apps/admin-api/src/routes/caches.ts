import type { FastifyInstance } from 'fastify'
import { type Handler, resource } from '../manners.ts'
import { emptyContracts, forgetContracts, nothingContracts } from '../openapi/contracts/caches.ts'
import { notFound } from './collection.ts'

/**
 * Caches that Kong has and a control plane has not: nothing is kept between two requests here, and no plugin keeps
 * answers. So nothing is found, and once they are emptied they are empty.
 */
export function registerCaches(app: FastifyInstance): void {
  const nothing: Handler = async (_request, reply) => notFound(reply)
  const emptied: Handler = async () => undefined
  resource(app, '/cache', { describe: emptyContracts, DELETE: emptied })
  resource(app, '/cache/:key', { describe: forgetContracts, GET: nothing, DELETE: emptied })
  resource(app, '/proxy-cache', { describe: emptyContracts, DELETE: emptied })
  resource(app, '/proxy-cache/:cache_key', { describe: nothingContracts, GET: nothing, DELETE: nothing })
  resource(app, '/proxy-cache/:plugin_id/caches/:cache_key', {
    describe: nothingContracts,
    GET: nothing,
    DELETE: nothing,
  })
}
