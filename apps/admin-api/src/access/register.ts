import { AsyncLocalStorage } from 'node:async_hooks'
import { Socket } from 'node:net'
import type { Logger } from '@biplane/service'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Caller, callerOf } from './caller.ts'
import type { Gate, Reason, Verdict } from './gate.ts'
import { shownBy } from './shown.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether anybody is answered: probes have no token. */
    readonly public?: boolean
    /** Whether a request changes nothing, although its verb is one of those that do. */
    readonly harmless?: (request: FastifyRequest) => boolean
  }
  interface FastifyInstance {
    /** The caller on whose behalf this process asks itself. */
    readonly onBehalf: AsyncLocalStorage<Caller>
  }
}

/** Lets in whom the gate lets in, for what the role allows, before anything of the request but its head is read. */
export function registerAccess(app: FastifyInstance, gate: Gate, log: Logger): void {
  const report = reporter(log)
  app.decorateRequest('caller', null)
  app.decorate('onBehalf', new AsyncLocalStorage<Caller>())
  app.addHook('onRequest', async (request, reply) => {
    if (isPublic(request)) return
    const verdict = judge(app, gate, request)
    if (verdict.kind === 'let in') {
      request.caller = verdict.caller
      return mayDo(request, verdict.caller) ? undefined : forbid(request, reply)
    }
    report(request)
    return refuse(reply, verdict)
  })
}

/** What probes look at; and what a page of another origin asks before it sends a token, which tells verbs only. */
function isPublic({ method, headers, routeOptions }: FastifyRequest): boolean {
  if (method === 'OPTIONS' && headers['access-control-request-method'] !== undefined) return true
  return routeOptions.config?.public === true && READS.has(method)
}

function judge(app: FastifyInstance, gate: Gate, request: FastifyRequest): Verdict {
  // What came by the network never is the process itself, whatever else is true.
  const behalf = request.raw.socket instanceof Socket ? undefined : app.onBehalf.getStore()
  return behalf === undefined ? gate.judge(shownBy(request)) : { kind: 'let in', caller: behalf }
}

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

function mayDo(request: FastifyRequest, { role }: Caller): boolean {
  if (role === 'write' || READS.has(request.method)) return true
  return request.routeOptions.config?.harmless?.(request) === true
}

function forbid(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { name, proof } = callerOf(request)
  const message = `the ${proof} '${name}' may only read, and ${request.method} writes here`
  return reply.code(403).header('WWW-Authenticate', challenge('insufficient_scope')).send({ message })
}

function refuse(reply: FastifyReply, verdict: Exclude<Verdict, { kind: 'let in' }>): FastifyReply {
  if (verdict.kind === 'put off') {
    const seconds = Math.ceil(verdict.waitMs / 1000)
    const message = `too many requests without a right token from this address: wait ${seconds} s`
    return reply.code(429).header('Retry-After', String(seconds)).send({ message })
  }
  const { status, message, error } = REFUSALS[verdict.reason]
  if (status === 401) reply.header('WWW-Authenticate', challenge(error))
  return reply.code(status).send({ message })
}

const REFUSALS: Readonly<Record<Reason, { status: number; message: string; error?: string }>> = {
  'nothing shown': {
    status: 401,
    message: 'a token is needed: send it in the header Kong-Admin-Token, or as Authorization: Bearer',
  },
  'wrong token': { status: 401, message: 'this token is not known here', error: 'invalid_token' },
  'certificate needed': { status: 403, message: 'a client certificate is needed, over TLS' },
  'no role': {
    status: 403,
    message: 'this client certificate is trusted, but admin_client_roles names no role of it',
  },
}

/** As RFC 6750 has it. */
function challenge(error?: string): string {
  return error === undefined ? 'Bearer realm="Admin API"' : `Bearer realm="Admin API", error="${error}"`
}

const QUIET_MS = 60_000

/** Tells of refusals at most once a minute: who makes them must not fill the log. */
function reporter(log: Logger): (request: FastifyRequest) => void {
  let refused = 0
  let quietUntil = 0
  return ({ ip, method }) => {
    refused += 1
    if (performance.now() < quietUntil) return
    quietUntil = performance.now() + QUIET_MS
    log.warn(
      { last: { address: ip, method }, refused },
      'the Admin API refuses callers that it does not know',
    )
    refused = 0
  }
}
