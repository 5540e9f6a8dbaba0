import type { Key } from '@biplane/database'
import { type Entity, type EntityDefinition, isJsonObject } from '@biplane/entities'
import type { FastifyRequest } from 'fastify'
import { readBody } from '../body.ts'
import type { Handlers } from '../manners.ts'
import { answer, type EntityAccess, notFound, parameter, shownOne } from './collection.ts'
import { keyOf } from './key.ts'

/** `/routes/{r}/service`: the entity that a reference names, read and written through the one that names it. */
export function linkedHandlers(
  { repository, writes, present }: EntityAccess,
  definition: EntityDefinition,
  field: string,
  target: EntityDefinition,
): Handlers {
  const holder = (request: FastifyRequest): Promise<Entity | undefined> =>
    repository.get(definition.kind, keyOf(definition, parameter(request, definition.kind)))
  return {
    async GET(request, reply) {
      const key = linkOf(await holder(request), field)
      const entity = key && (await repository.get(target.kind, key))
      return entity === undefined ? notFound(reply) : shownOne(present, target, entity)
    },
    async PUT(request, reply) {
      const from = await holder(request)
      if (from === undefined) return notFound(reply)
      const body = readBody(request)
      const key = linkOf(from, field)
      const written =
        key === undefined
          ? writes.createLinked(target, body, { definition, id: from.id, field })
          : writes.replace(target, key, body)
      return answer(reply, await written, present, target)
    },
    async PATCH(request, reply) {
      const key = linkOf(await holder(request), field)
      if (key === undefined) return notFound(reply)
      return answer(reply, await writes.patch(target, key, readBody(request)), present, target)
    },
    /** A link is undone by writing the entity that holds it. */
    async DELETE(request, reply) {
      const key = linkOf(await holder(request), field)
      return key === undefined ? notFound(reply) : reply.code(405).send({ message: 'Method not allowed' })
    },
  }
}

function linkOf(holder: Entity | undefined, field: string): Key | undefined {
  const link = holder?.[field]
  return isJsonObject(link) && typeof link.id === 'string' ? { field: 'id', value: link.id } : undefined
}
