import type { Verdict } from '@biplane/plugins/handlers'
import type { IncomingRequest } from '../engine/engine.ts'
import { toByteString } from '../router/path.ts'
import { HeaderBlock } from './header-block.ts'

const CONTENT_TYPE = 'application/grpc'

/** Whether it is a call of gRPC: such a client is told of errors in its own words. */
export function isCall(headers: Pick<HeaderBlock, 'get'>, version: IncomingRequest['version']): boolean {
  return version === '2' && namesGrpc(headers.get('content-type'))
}

/** Whether a media type, or the first of several, is one of gRPC. */
export function namesGrpc(type: string | undefined): boolean {
  return type?.startsWith(CONTENT_TYPE) ?? false
}

/**
 * What tells a client of gRPC how its call ended. The status of HTTP stays beside it, as in Kong.
 *
 * @param message without one, the word for the code
 */
export function callStatus(status: number, message: string | null): HeaderBlock {
  return statusHeaders(codeOf(status), message)
}

/** The same by the code itself. */
export function statusHeaders(code: number, message: string | null): HeaderBlock {
  return new HeaderBlock([
    'Content-Type',
    CONTENT_TYPE,
    'grpc-status',
    String(code),
    'grpc-message',
    escaped(message ?? WORDS[code] ?? ''),
  ])
}

/** What a plugin's early answer says, which has no place but the message. */
export function verdictMessage(verdict: Verdict): string | null {
  if ('error' in verdict) return null
  const { body } = verdict
  if (typeof body === 'string') return body === '' ? null : body
  if (body === undefined || body === null || body instanceof Uint8Array || Array.isArray(body)) return null
  const { message } = Object.assign({ message: undefined }, body)
  return typeof message === 'string' ? message : null
}

const INVALID_ARGUMENT = 3
const INTERNAL = 13
const UNKNOWN = 2

/** Kong's codes for the statuses of answers that it makes itself. */
const CODES: ReadonlyMap<number, number> = new Map([
  [200, 0],
  [400, INVALID_ARGUMENT],
  [401, 16],
  [403, 7],
  [404, 5],
  [409, 6],
  [429, 8],
  [499, 1],
  [500, INTERNAL],
  [501, 12],
  [503, 14],
  [504, 4],
])

function codeOf(status: number): number {
  const usual = status >= 500 ? INTERNAL : status >= 400 ? INVALID_ARGUMENT : UNKNOWN
  return CODES.get(status) ?? usual
}

/** By their codes, as Kong spells them. */
const WORDS: readonly string[] = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
]

/** As the protocol has it: what is not printable ASCII, and the sign of escapes itself. */
function escaped(message: string): string {
  return toByteString(message).replace(
    /[^\x20-\x24\x26-\x7e]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}
