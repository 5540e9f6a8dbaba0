import {
  type EntityDefinition,
  type EntityRegistry,
  isJsonObject,
  type Json,
  kongSchema,
  type PluginSchema,
  schemaOnlyKinds,
} from '@biplane/entities'
import type { FastifyInstance } from 'fastify'
import { readBody } from '../body.ts'
import type { Drafts } from '../drafts.ts'
import { type Handler, resource } from '../manners.ts'
import {
  formerSchemaContracts,
  pluginSchemaContracts,
  schemaContracts,
  validateContracts,
  validatePluginContracts,
} from '../openapi/contracts/schemas.ts'
import { parameter } from './collection.ts'

export interface SchemasOptions {
  readonly registry: EntityRegistry
  readonly plugins: ReadonlyMap<string, PluginSchema>
  readonly drafts: Drafts
}

/** What entities and plugins look like, for clients that draw forms, and a trial run of validation. */
export function registerSchemas(app: FastifyInstance, { registry, plugins, drafts }: SchemasOptions): void {
  const known = (name: string): EntityDefinition | undefined =>
    [...registry.all, ...schemaOnlyKinds].find(({ kind, internal }) => kind === name && !internal)
  const validation =
    (find: (name: string) => EntityDefinition | undefined): Handler =>
    async (request, reply) => {
      const name = parameter(request, 'db_entity_name')
      const definition = find(name)
      if (definition === undefined) return reply.code(404).send(unknownEntity(name))
      drafts.whole(definition, drafts.read(definition, readBody(request)))
      return { message: 'schema validation successful' }
    }
  resource(app, '/schemas/:name', {
    describe: schemaContracts,
    async GET(request, reply) {
      const name = parameter(request, 'name')
      const definition = known(name)
      return definition === undefined ? reply.code(404).send(unknownEntity(name)) : kongSchema(definition)
    },
  })
  const harmless = { harmless: () => true }
  resource(
    app,
    '/schemas/:db_entity_name/validate',
    { describe: validateContracts, POST: validation(known) },
    harmless,
  )
  // Under `plugins` the last segment is a plugin's name, but for this one.
  resource(
    app,
    '/schemas/plugins/validate',
    { describe: validatePluginContracts, POST: validation(() => registry.get('plugins')) },
    harmless,
  )
  resource(app, '/schemas/plugins/:name', {
    describe: pluginSchemaContracts,
    async GET(request, reply) {
      const name = parameter(request, 'name')
      const schema = plugins.get(name)
      return schema === undefined ? reply.code(404).send(unknownPlugin(name)) : kongSchema(schema)
    },
  })
  // As old as Kong's first schemas: the fields of a config alone.
  resource(app, '/plugins/schema/:name', {
    describe: formerSchemaContracts,
    async GET(request, reply) {
      const name = parameter(request, 'name')
      const schema = plugins.get(name)
      if (schema === undefined) return reply.code(404).send(unknownPlugin(name))
      const fields: readonly Json[] = [kongSchema(schema).fields].flat()
      const config = fields.map((field) => isJsonObject(field) && field.config).find(isJsonObject)
      return { fields: config?.fields }
    },
  })
}

function unknownEntity(name: string): object {
  return { message: `No entity named '${name}'` }
}

function unknownPlugin(name: string): object {
  return { message: `No plugin named '${name}'` }
}
