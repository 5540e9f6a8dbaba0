import type { FastifyInstance } from 'fastify'
import { type Handler, resource } from '../manners.ts'
import { wasmContracts } from '../openapi/contracts/wasm.ts'

const PATHS = [
  '/filter-chains',
  '/filter-chains/:filter_chains',
  '/filter-chains/:filter_chains/route',
  '/filter-chains/:filter_chains/service',
  '/routes/:routes/filter-chains',
  '/routes/:routes/filter-chains/:filter_chains',
  '/routes/:routes/filters/enabled',
  '/routes/:routes/filters/disabled',
  '/routes/:routes/filters/all',
  '/services/:services/filter-chains',
  '/services/:services/filter-chains/:filter_chains',
]

/** What Kong answers where WebAssembly is off: clients take it for a gateway without filter chains. */
export function registerWasm(app: FastifyInstance): void {
  const refuse: Handler = async (_request, reply) =>
    reply.code(400).send({ message: 'this endpoint is only available when wasm is enabled' })
  for (const path of PATHS) {
    resource(app, path, {
      describe: wasmContracts,
      GET: refuse,
      POST: refuse,
      PUT: refuse,
      PATCH: refuse,
      DELETE: refuse,
    })
  }
}
