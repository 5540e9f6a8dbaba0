import type { FastifyInstance } from 'fastify'
import { resource } from '../manners.ts'
import { robotsContracts } from '../openapi/contracts/node.ts'

/** Nothing of an Admin API belongs into a search engine. */
export function registerRobots(app: FastifyInstance): void {
  resource(app, '/robots.txt', {
    describe: robotsContracts,
    GET: async (_request, reply) => reply.type('text/plain').send('User-agent: *\nDisallow: /\n'),
  })
}
