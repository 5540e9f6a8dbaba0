import { type Entity, invalidOffset, target } from '@biplane/entities'
import type { FastifyRequest } from 'fastify'
import type { Handler } from '../manners.ts'
import { allTargetsContracts, targetsContracts } from '../openapi/contracts/targets.ts'
import { nextLink, readNumber, readTags } from '../paging.ts'
import { pathOf, queryOf } from '../query.ts'
import { collectionHandlers, type EntityAccess, itemHandlers } from './collection.ts'
import type { OwnWays } from './own-ways.ts'

/**
 * The targets of an upstream are listed with the newest first, and paged by number. PUT changes a target as PATCH does and
 * creates none, so that clients that PUT fall back to POST.
 */
export const targets: OwnWays = {
  nested: (access, { child }, findParent) => {
    const { PATCH } = itemHandlers(access, child, findParent)
    const { GET: all } = collectionHandlers(access, child, findParent)
    const newest: Handler = async (request, reply) => {
      const parent = await findParent(request, reply)
      if (parent === null || parent === undefined) return reply
      const { rows, link } = await newestPage(access, request, parent.id)
      return { data: await access.present(child, rows), ...link }
    }
    return {
      collection: { describe: targetsContracts, GET: newest },
      ...(PATCH && { item: { PUT: PATCH } }),
      // Every row that was written, which differs from the list of targets only where rows are older than their uniqueness.
      beside: all === undefined ? {} : { all: { describe: allTargetsContracts, GET: all } },
    }
  },
}

/** The targets of an upstream that a request asks for, and how its answer leads on. @throws DomainError */
export async function newestPage(
  { repository }: EntityAccess,
  request: FastifyRequest,
  upstream: string,
): Promise<{ readonly rows: readonly Entity[]; readonly link: ReturnType<typeof nextLink> }> {
  const query = queryOf(request)
  readTags(query) // which filter nothing here, but are refused where they are malformed
  const { size, skip } = readPage(query)
  const { rows, more } = await repository.newest(target.kind, { references: { upstream }, size, skip })
  return { rows, link: nextLink(pathOf(request), query, more ? String(skip + size) : undefined, []) }
}

const DEFAULT_SIZE = 100
const LARGEST_SIZE = 1000

/** As Kong reads it here: any number will do for a size. */
function readPage(query: URLSearchParams): { readonly size: number; readonly skip: number } {
  const size = Math.floor(readNumber(query))
  const offset = query.get('offset') ?? '0'
  if (!/^\d{1,15}$/.test(offset)) throw invalidOffset(offset, 'not a number')
  return { size: size >= 1 ? Math.min(size, LARGEST_SIZE) : DEFAULT_SIZE, skip: Number(offset) }
}
