import { randomUUID } from 'node:crypto'
import type { Written } from '@biplane/database'
import { type Entity, type EntityDefinition, isJsonObject } from '@biplane/entities'
import type { FastifyRequest } from 'fastify'
import { type Body, readBody } from '../body.ts'
import type { Handlers } from '../manners.ts'
import { linkedContracts } from '../openapi/entity-contracts.ts'
import { answer, type EntityAccess, notFound, parameter, shownOne } from './collection.ts'
import { keyOf } from './key.ts'
import { type KindWrites, ownWays } from './own-ways.ts'

/** `/routes/{r}/service`: the entity that a reference names, read and written through the one that names it. */
export function linkedHandlers(
  access: EntityAccess,
  definition: EntityDefinition,
  field: string,
  target: EntityDefinition,
): Handlers {
  const { repository, present } = access
  const writes = ownWays[target.kind]?.writes?.(access) ?? commonWrites(access, target)
  const holder = (request: FastifyRequest): Promise<Entity | undefined> =>
    repository.get(definition.kind, keyOf(definition, parameter(request, definition.kind)))
  const createLinked = async (from: Entity, body: Body): Promise<Written> => {
    const id = randomUUID()
    const link: Body = { kind: 'json', value: { [field]: { id } } }
    const { result, revision } = await repository.atomically(async () => {
      const { entity } = await writes.replace(id, body)
      await access.writes.patch(definition, byId(from.id), link)
      return entity
    })
    return { entity: result, revision }
  }
  return {
    describe: linkedContracts(definition, field, target),
    async GET(request, reply) {
      const id = linkOf(await holder(request), field)
      const entity = id && (await repository.get(target.kind, byId(id)))
      return entity ? shownOne(present, target, entity) : notFound(reply)
    },
    /** Where there is no link yet, one is made, with what it names. */
    async PUT(request, reply) {
      const from = await holder(request)
      if (from === undefined) return notFound(reply)
      const body = readBody(request)
      const id = linkOf(from, field)
      const written = id === undefined ? createLinked(from, body) : writes.replace(id, body)
      return answer(reply, await written, present, target)
    },
    async PATCH(request, reply) {
      const id = linkOf(await holder(request), field)
      if (id === undefined) return notFound(reply)
      return answer(reply, await writes.patch(id, readBody(request)), present, target)
    },
    /** A link is undone by writing the entity that holds it. */
    async DELETE(request, reply) {
      const id = linkOf(await holder(request), field)
      return id === undefined ? notFound(reply) : reply.code(405).send({ message: 'Method not allowed' })
    },
  }
}

function commonWrites({ writes }: EntityAccess, definition: EntityDefinition): KindWrites {
  return {
    replace: (id, body) => writes.replace(definition, byId(id), body),
    patch: (id, body) => writes.patch(definition, byId(id), body),
  }
}

const byId = (id: string) => ({ field: 'id', value: id })

function linkOf(holder: Entity | undefined, field: string): string | undefined {
  const link = holder?.[field]
  return isJsonObject(link) && typeof link.id === 'string' ? link.id : undefined
}
