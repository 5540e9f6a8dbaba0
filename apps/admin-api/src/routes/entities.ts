import {
  type EntityDefinition,
  type EntityRegistry,
  type NestedCollection,
  references,
} from '@biplane/entities'
import type { FastifyInstance } from 'fastify'
import { conditional, telling } from '../conditional.ts'
import { type Handlers, resource } from '../manners.ts'
import { type Above, collectionContracts, itemContracts } from '../openapi/entity-contracts.ts'
import {
  collectionHandlers,
  type EntityAccess,
  type FindParent,
  itemHandlers,
  notFound,
  parameter,
  topLevel,
} from './collection.ts'
import { registerMemberships } from './consumer-groups.ts'
import { keyOf } from './key.ts'
import { linkedHandlers } from './linked.ts'
import { ownWays, type Ways } from './own-ways.ts'

/** All of CRUD, for whatever kinds there are: top level, nested below what they refer to, and through references. */
export function registerEntities(app: FastifyInstance, registry: EntityRegistry, access: EntityAccess): void {
  for (const definition of registry.all) {
    if (definition.collection === null) continue
    const path = `/${definition.collection}`
    const ways = ownWays[definition.kind]?.top?.(access, definition)
    registerCollection(app, path, access, { definition }, topLevel, ways)
    for (const { field, to } of references(definition)) {
      const target = registry.get(to)
      if (target !== undefined && !definition.unlinked.includes(field))
        resource(
          app,
          `${path}/:${definition.kind}/${field}`,
          conditional(access.repository, linkedHandlers(access, definition, field, target)),
        )
    }
  }
  for (const nested of registry.nestedCollections) registerNested(app, access, nested)
  registerMemberships(app, access)
}

function registerNested(app: FastifyInstance, access: EntityAccess, nested: NestedCollection): void {
  const { parent, child, field, segment } = nested
  if (parent.collection === null) return
  const find = ownWays[parent.kind]?.find
  const findParent: FindParent = async (request, reply) => {
    const text = parameter(request, parent.kind)
    const found = await (find?.(access, text) ?? access.repository.get(parent.kind, keyOf(parent, text)))
    if (found !== undefined) return { field, id: found.id }
    notFound(reply)
    return null
  }
  const ways = ownWays[child.kind]?.nested?.(access, nested, findParent)
  const path = `/${parent.collection}/:${parent.kind}/${segment}`
  registerCollection(app, path, access, { definition: child, above: { parent, field } }, findParent, ways)
}

function registerCollection(
  app: FastifyInstance,
  path: string,
  access: EntityAccess,
  { definition, above }: { readonly definition: EntityDefinition; readonly above?: Above },
  findParent: FindParent,
  { collection, item, beside = {}, tagged = true }: Ways = {},
): void {
  const generic: Handlers = {
    describe: collectionContracts(definition, above),
    ...collectionHandlers(access, definition, findParent),
  }
  const { POST, ...listed } = { ...generic, ...collection }
  resource(app, path, { ...listed, ...(POST && { POST: tagged ? telling(POST) : POST }) })
  const one = {
    describe: itemContracts(definition, above),
    ...itemHandlers(access, definition, findParent),
    ...item,
  }
  resource(app, `${path}/:${definition.kind}`, conditional(access.repository, one, { tagged }))
  for (const [segment, handlers] of Object.entries(beside)) resource(app, `${path}/${segment}`, handlers)
}
