import type { AnswerSchemas } from './answer-schemas.ts'
import type { Answered, Outcome } from './exchange.ts'
import { SMUGGLED } from './hostile-values.ts'
import { isJsonObject } from './json.ts'
import type { FuzzRequest } from './request.ts'

/** Something that must not be, whatever was sent. */
export interface Fault {
  readonly what: string
  readonly detail: string
  /** After which it was seen, where it is about one. */
  readonly request?: FuzzRequest
}

/** What is wrong with the outcome of a request, if anything. */
export function judge(request: FuzzRequest, outcome: Outcome, schemas: AnswerSchemas): Fault | undefined {
  const wrong = reason(request, outcome, schemas)
  return wrong && { ...wrong, request }
}

/** An answer that says that what was asked is not why it failed. */
export const SERVER_FAULT = 'a fault of the server'

type Wrong = Omit<Fault, 'request'>

function reason(request: FuzzRequest, outcome: Outcome, schemas: AnswerSchemas): Wrong | undefined {
  switch (outcome.kind) {
    case 'silence':
      return { what: 'no answer', detail: 'within a minute' }
    case 'cut':
      // The body of a refusal that was made before the verb was known.
      if (request.method === 'HEAD' && outcome.reason.startsWith('Parse Error')) return undefined
      return { what: 'cut off', detail: outcome.reason }
    case 'bytes':
      return wrongBytes(outcome.text)
    case 'answer':
      return wrongAnswer(request, outcome, schemas)
  }
}

function wrongAnswer(request: FuzzRequest, answer: Answered, schemas: AnswerSchemas): Wrong | undefined {
  const { status, headers, body } = answer
  const told = `${status} ${body.toString('utf8', 0, 300)}`
  if (status >= 500 && !isContended(status, body)) return { what: SERVER_FAULT, detail: told }
  if (SMUGGLED in headers) return { what: 'a smuggled header', detail: told }
  if (request.method === 'HEAD' || status === 204 || status === 304) {
    return body.length === 0 ? undefined : { what: 'a body where none may be', detail: told }
  }
  if (!/^application\/json/.test(headers['content-type'] ?? '')) {
    return body.length === 0 || status === 200
      ? undefined
      : { what: 'an answer of an unknown type', detail: told }
  }
  const value = parsed(body)
  if (value === undefined) return { what: 'an answer that is no JSON', detail: told }
  const problem =
    (status >= 400 ? errorProblem(value) : undefined) ??
    (status === 431 ? undefined : schemas.problem(request, status, value))
  return problem === undefined
    ? undefined
    : { what: 'an answer of another shape', detail: `${problem}: ${told}` }
}

/** Writers that met at the same rows for longer than a statement may take: nothing was written, and the answer says why. */
function isContended(status: number, body: Buffer): boolean {
  return status === 503 && body.includes('canceling statement due to statement timeout')
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined
    throw error
  }
}

/** Every refusal says what it is about in `message`; those of entities say more. */
function errorProblem(value: unknown): string | undefined {
  if (!isJsonObject(value)) return 'not an object'
  const { message, code = 1, name = '', fields = {} } = value
  if (typeof message !== 'string' || message === '') return 'no message'
  if (!Number.isInteger(code)) return 'code is no integer'
  if (typeof name !== 'string') return 'name is no text'
  return typeof fields === 'object' && fields !== null ? undefined : 'fields are none'
}

/** Bytes that may be no request get no more than a refusal, in the form of all refusals. */
function wrongBytes(text: string): Wrong | undefined {
  if (text === '') return undefined
  const [head = '', ...rest] = text.split('\r\n\r\n')
  const status = Number(/^HTTP\/1\.[01] (\d{3}) /.exec(head)?.[1])
  const detail = text.slice(0, 400)
  if (!(status >= 100 && status < 500)) return { what: SERVER_FAULT, detail }
  if (new RegExp(`^${SMUGGLED}:`, 'im').test(text)) return { what: 'a smuggled header', detail }
  if (status < 400 || rest.join('') === '') return undefined
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1])
  const body = Buffer.from(text.slice(head.length + 4), 'latin1')
  const value = parsed(Number.isInteger(length) ? body.subarray(0, length) : body)
  const problem = value === undefined ? 'no JSON' : errorProblem(value)
  return problem === undefined
    ? undefined
    : { what: 'an answer of another shape', detail: `${problem}: ${detail}` }
}
