import type { AuditObjectsQuery, AuditQuery } from '@biplane/database'
import { invalidOptions } from '@biplane/entities'
import type { FastifyRequest } from 'fastify'
import { readPaging } from '../paging.ts'
import { queryOf } from '../query.ts'

/** All that a list of the audit log may be asked for, beside a page of it. */
export const FILTERS = [
  'before',
  'after',
  'revision',
  'after_revision',
  'rbac_user_name',
  'dao_name',
  'entity_key',
  'entity_name',
  'operation',
  'sort_desc',
] as const

/** @throws DomainError invalid options, invalid size */
export function readRequestsQuery(request: FastifyRequest): AuditQuery {
  const query = queryOf(request)
  return {
    ...readPaging(query),
    order: isOldestFirst(query) ? 'oldest first' : 'newest first',
    ...given('before', query, 'before', MOMENT),
    ...given('after', query, 'after', MOMENT),
    ...given('revision', query, 'revision', REVISION),
    ...given('afterRevision', query, 'after_revision', REVISION),
    ...given('who', query, 'rbac_user_name', TEXT),
  }
}

/** @throws DomainError invalid options, invalid size */
export function readObjectsQuery(request: FastifyRequest): AuditObjectsQuery {
  const query = queryOf(request)
  return {
    ...readRequestsQuery(request),
    ...given('kind', query, 'dao_name', TEXT),
    ...given('id', query, 'entity_key', TEXT),
    ...given('name', query, 'entity_name', TEXT),
    ...given('operation', query, 'operation', TEXT),
  }
}

/** How a filter is written; `read` gives undefined for another text. */
interface Form<T> {
  readonly expected: string
  read(text: string): T | undefined
}

/** Seconds since the epoch. */
const MOMENT: Form<number> = {
  expected: 'expected seconds since the epoch, or a time such as 2026-01-31T12:00:00Z',
  read(text) {
    if (/^\d{1,11}(\.\d+)?$/.test(text)) return Number(text)
    const isTime = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text)
    const seconds = isTime ? Date.parse(text) / 1000 : Number.NaN
    return Number.isNaN(seconds) ? undefined : seconds
  },
}

const REVISION: Form<number> = {
  expected: 'expected the number of a revision',
  read: (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined),
}

const TEXT: Form<string> = {
  expected: 'expected a text without zeros',
  read: (text) => (text.includes('\0') ? undefined : text),
}

function given<const Name extends string, T>(
  name: Name,
  query: URLSearchParams,
  filter: (typeof FILTERS)[number],
  { read, expected }: Form<T>,
): { readonly [N in Name]?: T } {
  const text = query.get(filter)
  if (text === null) return {}
  const value = read(text)
  if (value === undefined) throw invalidOptions({ [filter]: expected })
  return { [name]: value } as { readonly [N in Name]?: T } // a computed name widens to string
}

function isOldestFirst(query: URLSearchParams): boolean {
  return ['0', 'false'].includes(query.get('sort_desc') ?? '')
}
