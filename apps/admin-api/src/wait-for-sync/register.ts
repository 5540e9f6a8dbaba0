import type { JsonObject } from '@biplane/entities'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { BadRequest } from '../bad-request.ts'
import { queryOf } from '../query.ts'
import { REVISION_HEADER } from '../revision-header.ts'
import { type AwaitOptions, awaitSync, type Spread } from './await-sync.ts'

/** Seconds. Whoever waits longer holds a connection that others on the way give up. */
export const LONGEST_WAIT = 60
export const WAIT_PARAMETER = 'wait_for_sync'
/** Ids of the connected nodes that are not compatible with the config that was written. */
export const WITHHELD_HEADER = 'X-Biplane-Withheld'

const WRITES: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

export interface WaitingOptions {
  readonly missing: AwaitOptions['missing']
  /** The newest revision there is. */
  readonly head: () => Promise<number>
}

/**
 * `?wait_for_sync=<seconds>` on every write: it is answered when all connected, compatible nodes have applied its revision. If
 * they have not in that time, or one of them never will, the answer is 202 and names them: the write itself is done.
 */
export function registerWaiting(app: FastifyInstance, options: WaitingOptions): void {
  const stop = new AbortController()
  app.addHook('preClose', async () => stop.abort())
  app.addHook('onRequest', async (request) => void patienceOf(request))
  app.addHook('onSend', async (request, reply, payload) => {
    const seconds = reply.statusCode >= 300 ? null : patienceOf(request)
    if (seconds === null) return payload
    const told = reply.getHeader(REVISION_HEADER)
    const revision = told === undefined ? await options.head() : Number(told)
    const signals = [stop.signal, AbortSignal.timeout(seconds * 1000), gone(reply)]
    const spread = await awaitSync({
      missing: options.missing,
      revision,
      signal: AbortSignal.any(signals),
    })
    return spread.kind === 'synced' ? synced(reply, payload, spread) : late(reply, payload, revision, spread)
  })
}

/** The seconds that a write may wait; null where it need not. @throws BadRequest */
function patienceOf(request: FastifyRequest): number | null {
  const text = WRITES.has(request.method) ? queryOf(request).get(WAIT_PARAMETER) : null
  if (text === null) return null
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : 0
  if (seconds > 0 && seconds <= LONGEST_WAIT) return seconds
  throw new BadRequest(
    400,
    `${WAIT_PARAMETER} must be a number of seconds, above 0 and at most ${LONGEST_WAIT}`,
  )
}

/** Aborts when the client hangs up. */
function gone({ raw }: FastifyReply): AbortSignal {
  const hungUp = new AbortController()
  raw.once('close', () => hungUp.abort())
  return hungUp.signal
}

function synced(reply: FastifyReply, payload: unknown, { nodes }: Spread): unknown {
  if (nodes.length > 0) reply.header(WITHHELD_HEADER, nodes.map(({ report }) => report.nodeId).join(', '))
  return payload
}

function late(
  reply: FastifyReply,
  payload: unknown,
  revision: number,
  { kind, total, nodes }: Spread,
): string {
  const status = reply.statusCode
  const message =
    kind === 'unknown'
      ? `revision ${revision} is committed, and the database does not tell which nodes have applied it`
      : `revision ${revision} is committed, but not applied by ${total} of the connected nodes`
  reply.code(202).header('Content-Type', 'application/json; charset=utf-8').removeHeader('Content-Length')
  return JSON.stringify({
    message,
    revision,
    not_applied: nodes.map(({ report, verdict }) => ({
      id: report.nodeId,
      hostname: report.hostname,
      state: verdict === 'pending' ? 'behind' : verdict,
      config_revision: report.applied.revision,
      ...(report.state.kind === 'rejected' && { errors: report.state.errors }),
      ...(report.state.kind === 'withheld' && { withheld: report.state.reason }),
    })),
    answer: { status, body: bodyOf(payload) },
  })
}

function bodyOf(payload: unknown): JsonObject | null {
  return typeof payload === 'string' && payload !== '' ? JSON.parse(payload) : null
}
