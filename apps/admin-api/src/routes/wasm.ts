import type { FastifyInstance } from 'fastify'
import { type Handler, resource } from '../manners.ts'

const PATHS = [
  '/filter-chains',
  '/filter-chains/:key',
  '/filter-chains/:key/route',
  '/filter-chains/:key/service',
  '/routes/:parent/filter-chains',
  '/routes/:parent/filter-chains/:key',
  '/routes/:parent/filters/enabled',
  '/routes/:parent/filters/disabled',
  '/routes/:parent/filters/all',
  '/services/:parent/filter-chains',
  '/services/:parent/filter-chains/:key',
]

/** What Kong answers where WebAssembly is off: clients take it for a gateway without filter chains. */
export function registerWasm(app: FastifyInstance): void {
  const refuse: Handler = async (_request, reply) =>
    reply.code(400).send({ message: 'this endpoint is only available when wasm is enabled' })
  for (const path of PATHS) {
    resource(app, path, { GET: refuse, POST: refuse, PUT: refuse, PATCH: refuse, DELETE: refuse })
  }
}
