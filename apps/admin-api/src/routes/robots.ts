import type { FastifyInstance } from 'fastify'
import { resource } from '../manners.ts'

/** Nothing of an Admin API belongs into a search engine. */
export function registerRobots(app: FastifyInstance): void {
  resource(app, '/robots.txt', {
    GET: async (_request, reply) => reply.type('text/plain').send('User-agent: *\nDisallow: /\n'),
  })
}
