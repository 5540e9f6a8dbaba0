import type { AuditedChange, AuditedRequest, AuditPage } from '@biplane/database'
import type { JsonObject } from '@biplane/entities'
import type { FastifyRequest } from 'fastify'
import { nextLink } from '../paging.ts'
import { pathOf, queryOf } from '../query.ts'
import { FILTERS } from './query.ts'

export function listed<T>(
  request: FastifyRequest,
  { rows, offset }: AuditPage<T>,
  show: (row: T) => JsonObject,
): object {
  return {
    data: rows.map(show),
    ...nextLink(pathOf(request), queryOf(request), offset, ['size', ...FILTERS]),
  }
}

/** In the words of Kong's enterprise edition, whose times are seconds; `revision`, `role` and `objects` are ours. */
export function shownRequest({ who, address, at, requestId, ...row }: AuditedRequest): JsonObject {
  const { revision, role, method, path, objects } = row
  return {
    ...{ revision, request_id: requestId, request_timestamp: Math.floor(at / 1000) },
    ...{ rbac_user_name: who, role, client_ip: address, method, path, objects },
  }
}

/** The same, and what became of an entity. */
export function shownChange({ kind, id, name, operation, fields, ...request }: AuditedChange): JsonObject {
  const { objects: _, ...asked } = shownRequest(request)
  return { ...{ operation, dao_name: kind, entity_key: id, entity_name: name, fields }, ...asked }
}
