import { invalidOffset } from '@biplane/entities'
import type { Handler } from '../manners.ts'
import { nextLink, readTags } from '../paging.ts'
import { pathOf, queryOf } from '../query.ts'
import { collectionHandlers, itemHandlers, notFound, parameter } from './collection.ts'
import { keyOf } from './key.ts'
import type { OwnWays } from './own-ways.ts'

/**
 * The targets of an upstream are listed with the newest first, and paged by number. PUT changes a target as PATCH does and
 * creates none, so that clients that PUT fall back to POST.
 */
export const targets: OwnWays = {
  nested: (access, { child }, findParent) => {
    const { PATCH } = itemHandlers(access, child, findParent)
    const { GET: all } = collectionHandlers(access, child, findParent)
    const change: Handler = async (request, reply) => {
      const parent = await findParent(request, reply)
      if (parent === null || parent === undefined) return reply
      const key = keyOf(child, parameter(request, 'key'), parent)
      const found = await access.repository.get(child.kind, key, { [parent.field]: parent.id })
      return found === undefined ? notFound(reply) : PATCH?.(request, reply)
    }
    const newest: Handler = async (request, reply) => {
      const parent = await findParent(request, reply)
      if (parent === null || parent === undefined) return reply
      const query = queryOf(request)
      readTags(query) // which filter nothing here, but are refused where they are malformed
      const { size, skip } = readPage(query)
      const references = { [parent.field]: parent.id }
      const { rows, more } = await access.repository.newest(child.kind, { references, size, skip })
      const link = nextLink(pathOf(request), query, more ? String(skip + size) : undefined, [])
      return { data: await access.present(child, rows), ...link }
    }
    return {
      collection: { GET: newest },
      item: { PUT: change, PATCH: change },
      // Every row that was written, which differs from the list of targets only where rows are older than their uniqueness.
      beside: all === undefined ? {} : { all: { GET: all } },
    }
  },
}

const DEFAULT_SIZE = 100
const LARGEST_SIZE = 1000

/** As Kong reads it here: a size is never refused. */
function readPage(query: URLSearchParams): { readonly size: number; readonly skip: number } {
  const size = Math.floor(Number(query.get('size') ?? DEFAULT_SIZE))
  const offset = query.get('offset') ?? '0'
  if (!/^\d{1,15}$/.test(offset)) throw invalidOffset(offset, 'not a number')
  return { size: size >= 1 ? Math.min(size, LARGEST_SIZE) : DEFAULT_SIZE, skip: Number(offset) }
}
