import type { EntityRegistry, Subschemas } from '@biplane/entities'
import type { FastifyInstance } from 'fastify'
import { resource } from '../manners.ts'
import { rehearsable } from '../preflight/scope.ts'
import { answered, type Describe } from './contract.ts'
import { openApiDocument } from './document.ts'
import type { Offered } from './endpoints.ts'
import { EntitySchemas } from './entity-schemas.ts'

export interface OpenApiOptions {
  readonly registry: EntityRegistry
  readonly subschemas: Subschemas
  readonly version: string
}

/** `GET /openapi.json`: all that the app offers, told by what it is made of. */
export function registerOpenApi(
  app: FastifyInstance,
  offered: readonly Offered[],
  { registry, subschemas, version }: OpenApiOptions,
): void {
  let document: string | undefined
  resource(app, '/openapi.json', {
    describe: openApiContracts,
    async GET(_request, reply) {
      document ??= JSON.stringify(described())
      return reply.type('application/json; charset=utf-8').send(document)
    },
  })

  function described() {
    const schemas = new EntitySchemas(registry, subschemas)
    const isRehearsable = rehearsable(registry)
    const endpoints = offered.map(({ describe, ...endpoint }) => ({
      ...endpoint,
      isRehearsable: isRehearsable(endpoint.method, endpoint.template),
      contract: describe?.(schemas)[endpoint.method],
    }))
    return openApiDocument(endpoints, schemas, version)
  }
}

const openApiContracts: Describe = () => ({
  GET: {
    summary: 'This document',
    group: 'node',
    answers: { 200: answered('OpenAPI 3.1.', { type: 'object' }) },
  },
})
