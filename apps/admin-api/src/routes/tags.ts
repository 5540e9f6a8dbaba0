import type { TagsPage } from '@biplane/database'
import { invalidUnique, schemaViolation, tag, valueProblem } from '@biplane/entities'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Backend } from '../backend.ts'
import { resource } from '../manners.ts'
import { tagContracts, tagsContracts } from '../openapi/contracts/tags.ts'
import { nextLink, readPaging } from '../paging.ts'
import { pathOf, queryOf } from '../query.ts'
import { parameter } from './collection.ts'

/** Which entities carry which tags, over all kinds. Tags are written with the entities that carry them. */
export function registerTags(app: FastifyInstance, tags: Backend['tags']): void {
  resource(app, '/tags', {
    describe: tagsContracts,
    GET: async (request) => listed(request, await tags(readPaging(queryOf(request)))),
    async POST() {
      throw schemaViolation({ tags: 'does not support insert/upsert/update/delete operations' })
    },
  })
  resource(app, '/tags/:tags', {
    describe: tagContracts,
    async GET(request) {
      const text = parameter(request, 'tags')
      const problem = valueProblem(tag, text)
      if (problem !== undefined) throw invalidUnique('tag', String(problem))
      return listed(request, await tags({ ...readPaging(queryOf(request)), tag: text }))
    },
  })
}

function listed(request: FastifyRequest, { rows, offset }: TagsPage): object {
  return {
    data: rows.map(({ tag, kind, id }) => ({ tag, entity_name: kind, entity_id: id })),
    ...nextLink(pathOf(request), queryOf(request), offset),
  }
}
