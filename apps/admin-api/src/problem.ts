import { DatabaseUnavailable, Undone } from '@biplane/database'
import { type DomainCode, DomainError, domainCodes } from '@biplane/entities'
import type { FastifyError, FastifyInstance } from 'fastify'
import { Absent, BadRequest } from './bad-request.ts'

/** The one table from refusal to HTTP status (admin API facts, section 3.3). */
export const statusOf: Readonly<Record<DomainCode, number>> = {
  'invalid primary key': 400,
  'schema violation': 400,
  'primary key violation': 400,
  'foreign key violation': 400,
  'unique constraint violation': 409,
  'not found': 404,
  'invalid offset': 400,
  'database error': 500,
  'invalid size': 400,
  'invalid unique': 400,
  'invalid options': 400,
  'operation unsupported': 405,
  'foreign keys unresolved': 400,
  'invalid declarative configuration': 400,
  'transformation error': 400,
  'invalid foreign key': 400,
  'invalid workspace': 400,
  'invalid global query': 400,
}

export interface Problem {
  readonly status: number
  /** Undefined for an answer without a body. */
  readonly body: object | undefined
  /** Whose fault it is: faults of clients are not logged. */
  readonly fault: 'client' | 'database' | 'ours'
}

export function toProblem(error: unknown): Problem {
  if (error instanceof DomainError)
    return { status: statusOf[error.code], body: toBody(error), fault: 'client' }
  if (error instanceof BadRequest) {
    return {
      status: error.status,
      body: error.message === '' ? undefined : { message: error.message },
      fault: 'client',
    }
  }
  if (error instanceof Absent) return { status: 404, body: { message: error.message }, fault: 'client' }
  if (error instanceof DatabaseUnavailable) {
    return { status: 503, body: toBody(new DomainError('database error', error.message)), fault: 'database' }
  }
  // Whoever began the transaction begins it anew, or tells why.
  if (error instanceof Undone) return { status: 503, body: { message: error.message }, fault: 'client' }
  const status = clientFault(error)
  if (status !== undefined) {
    const body = status === 415 ? undefined : { message: MESSAGES[status] ?? 'Bad request' }
    return { status, body, fault: 'client' }
  }
  return { status: 500, body: { message: 'An unexpected error occurred' }, fault: 'ours' }
}

/** That a frozen database is lost is known only after a while, and until then every request fails. */
const QUIET_MS = 10_000

/**
 * Turns whatever a handler throws into its answer, and logs what no client could help.
 *
 * @param isLost whether the log knows of the database's outage already: then its consequences are no news
 */
export function registerProblems(app: FastifyInstance, isLost: () => boolean): void {
  let quietUntil = 0
  app.setErrorHandler(async (error, request, reply) => {
    const { status, body, fault } = toProblem(error)
    // The route and not the URL: the key of a credential may be part of that.
    const about = { method: request.method, route: request.routeOptions.url }
    if (fault === 'ours') request.log.error({ err: error, ...about }, 'a request failed')
    if (fault === 'database' && !isLost() && performance.now() >= quietUntil) {
      quietUntil = performance.now() + QUIET_MS
      request.log.warn({ reason: reasonOf(error), ...about }, 'the database failed a request')
    }
    return body === undefined ? reply.code(status).send() : reply.code(status).send(body)
  })
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Kong's error body. What is wrong with query options goes by another member than what is wrong with fields. */
function toBody({ code, message, details }: DomainError): object {
  // Which field it is about, only the name of this one tells.
  if (code === 'invalid unique') {
    return { code: domainCodes[code], name: `${code} ${Object.keys(details ?? {}).join()}`, message }
  }
  const member = code === 'invalid options' ? 'options' : 'fields'
  return { code: domainCodes[code], name: code, message, ...(details && { [member]: details }) }
}

const MESSAGES: Readonly<Record<number, string>> = { 413: 'Payload too large', 414: 'URI too long' }

/** The status of an error that Fastify found in the request itself. */
function clientFault(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined
  const { statusCode } = error as FastifyError // Fastify's own errors carry it
  return statusCode !== undefined && statusCode >= 400 && statusCode < 500 ? statusCode : undefined
}
