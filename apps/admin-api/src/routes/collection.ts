import type { Key, Written } from '@biplane/database'
import type { Entity, EntityDefinition, JsonObject } from '@biplane/entities'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { EntityRepository } from '../backend.ts'
import { readBody } from '../body.ts'
import type { Handlers } from '../manners.ts'
import { nextLink, readPaging, readTags } from '../paging.ts'
import type { Present } from '../present.ts'
import { pathOf, queryOf } from '../query.ts'
import { tellRevision } from '../revision-header.ts'
import type { Writes } from '../writes.ts'
import { keyOf } from './key.ts'

export interface EntityAccess {
  readonly repository: EntityRepository
  readonly writes: Writes
  readonly present: Present
}

/** What a nested collection lies below: only entities whose `field` names the parent exist there. */
export interface Parent {
  readonly field: string
  readonly id: string
}

/** The parent of a nested request, or undefined at the top level. Answers 404 itself and gives null where it is missing. */
export type FindParent = (request: FastifyRequest, reply: FastifyReply) => Promise<Parent | undefined | null>

export const topLevel: FindParent = async () => undefined

/** `GET` (a page) and `POST` (create) of all entities of a kind, or of those below a parent. */
export function collectionHandlers(
  { repository, writes, present }: EntityAccess,
  definition: EntityDefinition,
  findParent: FindParent,
): Handlers {
  return {
    async GET(request, reply) {
      const parent = await findParent(request, reply)
      if (parent === null) return reply
      const query = queryOf(request)
      const paging = readPaging(query)
      // A kind without tags takes no notice of them, as of any parameter that it does not know.
      const tags = definition.fields.tags === undefined ? undefined : readTags(query)
      const filters = parent === undefined ? { ...(tags && { tags }) } : { references: within(parent) }
      const { rows, offset } = await repository.list(definition.kind, { ...paging, ...filters })
      // A nested list ignores tags, and its links repeat nothing: so does Kong.
      const link = nextLink(pathOf(request), query, offset, parent === undefined ? ['tags', 'size'] : [])
      return { data: await present(definition, rows), ...link }
    },
    async POST(request, reply) {
      const parent = await findParent(request, reply)
      if (parent === null) return reply
      const written = await writes.create(definition, readBody(request), reference(parent))
      return answer(reply.code(201), written, present, definition)
    },
  }
}

/** `GET`, `PUT`, `PATCH` and `DELETE` of one entity of a kind, or of one below a parent. */
export function itemHandlers(
  { repository, writes, present }: EntityAccess,
  definition: EntityDefinition,
  findParent: FindParent,
): Handlers {
  const { kind } = definition
  const itemKey = (request: FastifyRequest, parent: Parent | undefined): Key =>
    keyOf(definition, parameter(request, definition.kind), parent)
  return {
    async GET(request, reply) {
      const parent = await findParent(request, reply)
      if (parent === null) return reply
      const entity = await repository.get(kind, itemKey(request, parent), parent && within(parent))
      return entity === undefined ? notFound(reply) : shownOne(present, definition, entity)
    },
    async PUT(request, reply) {
      const parent = await findParent(request, reply)
      if (parent === null) return reply
      const body = readBody(request)
      // One that lies below another parent is moved here, as Kong moves it.
      const written = await writes.replace(definition, itemKey(request, parent), body, reference(parent))
      return answer(reply, written, present, definition)
    },
    async PATCH(request, reply) {
      const parent = await findParent(request, reply)
      if (parent === null) return reply
      const body = readBody(request)
      const key = itemKey(request, parent)
      // Below a parent, Kong looks for the entity first and has other words for one that is missing.
      if (parent !== undefined && !(await repository.get(kind, key, within(parent)))) return notFound(reply)
      return answer(reply, await writes.patch(definition, key, body, options(parent)), present, definition)
    },
    async DELETE(request, reply) {
      const parent = await findParent(request, reply)
      if (parent === null) return reply
      const removed = await repository.remove(kind, itemKey(request, parent), options(parent))
      if (removed !== undefined) tellRevision(reply, removed.revision)
      else if (parent !== undefined) return notFound(reply)
      return undefined
    },
  }
}

export async function answer(
  reply: FastifyReply,
  { entity, revision }: Written,
  present: Present,
  definition: EntityDefinition,
): Promise<JsonObject> {
  tellRevision(reply, revision)
  return shownOne(present, definition, entity)
}

export async function shownOne(
  present: Present,
  definition: EntityDefinition,
  entity: Entity,
): Promise<JsonObject> {
  const [shown = {}] = await present(definition, [entity])
  return shown
}

export function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ message: 'Not found' })
}

export function parameter(request: FastifyRequest, name: string): string {
  const value: unknown = Reflect.get(Object(request.params), name)
  return typeof value === 'string' ? value : ''
}

function within({ field, id }: Parent): Record<string, string> {
  return { [field]: id }
}

function options(parent: Parent | undefined): { within?: Record<string, string> } {
  return parent === undefined ? {} : { within: within(parent) }
}

function reference(parent: Parent | undefined): JsonObject {
  return parent === undefined ? {} : { [parent.field]: { id: parent.id } }
}
