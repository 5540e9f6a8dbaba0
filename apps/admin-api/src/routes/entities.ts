import { type EntityRegistry, type NestedCollection, references } from '@biplane/entities'
import type { FastifyInstance } from 'fastify'
import { resource } from '../manners.ts'
import {
  collectionHandlers,
  type EntityAccess,
  type FindParent,
  itemHandlers,
  notFound,
  parameter,
  topLevel,
} from './collection.ts'
import { keyOf } from './key.ts'
import { linkedHandlers } from './linked.ts'

/** All of CRUD, for whatever kinds there are: top level, nested below what they refer to, and through references. */
export function registerEntities(app: FastifyInstance, registry: EntityRegistry, access: EntityAccess): void {
  for (const definition of registry.all) {
    if (definition.collection === null) continue
    const path = `/${definition.collection}`
    resource(app, path, collectionHandlers(access, definition, topLevel))
    resource(app, `${path}/:key`, itemHandlers(access, definition, topLevel))
    for (const { field, to } of references(definition)) {
      const target = registry.get(to)
      if (target !== undefined)
        resource(app, `${path}/:key/${field}`, linkedHandlers(access, definition, field, target))
    }
  }
  for (const nested of registry.nestedCollections) registerNested(app, access, nested)
}

function registerNested(
  app: FastifyInstance,
  access: EntityAccess,
  { parent, child, field, segment }: NestedCollection,
): void {
  if (parent.collection === null) return
  const findParent: FindParent = async (request, reply) => {
    const found = await access.repository.get(parent.kind, keyOf(parent, parameter(request, 'parent')))
    if (found !== undefined) return { field, id: found.id }
    notFound(reply)
    return null
  }
  const path = `/${parent.collection}/:parent/${segment}`
  resource(app, path, collectionHandlers(access, child, findParent))
  resource(app, `${path}/:key`, itemHandlers(access, child, findParent))
}
