import type { Origin } from '@biplane/database'
import { isUuid, type Kind } from '@biplane/entities'
import type { FastifyRequest } from 'fastify'
import { callerOf } from '../access/caller.ts'
import { pathOf } from '../query.ts'

/** Kinds whose entities may be named in a path by what opens doors. */
const NAMED_BY_A_SECRET: ReadonlySet<Kind> = new Set([
  'keyauth_credentials',
  'oauth2_tokens',
  'sessions',
  'acme_storage',
])

/** Paths have no limit of their own. */
const LONGEST_PATH = 1024

/** What the audit log tells of a request that writes. */
export function originOf(request: FastifyRequest, requestId: string): Origin {
  const { name, address, role } = callerOf(request)
  const path = withoutSecrets(pathOf(request), request.routeOptions.url ?? '')
  return { who: name, role, address, method: request.method, path: path.slice(0, LONGEST_PATH), requestId }
}

/** @param pattern of the route, whose parameters are named after kinds: `/key-auths/:keyauth_credentials` */
function withoutSecrets(path: string, pattern: string): string {
  const names = pattern.split('/')
  const masked = path.split('/').map((segment, i) => {
    const name = names[i] ?? ''
    return name.startsWith(':') && NAMED_BY_A_SECRET.has(name.slice(1)) && !isUuid(segment) ? '***' : segment
  })
  return masked.join('/')
}
