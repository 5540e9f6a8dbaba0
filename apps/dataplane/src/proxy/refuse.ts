import type { Flaw } from '../engine/flaws.ts'
import { type Answer, serverError } from './answer.ts'
import type { Visit } from './visit.ts'

/** Answers what is not served, whatever its route: only global plugins hear of it, and only after it. */
export function refuse(visit: Visit): Answer | undefined {
  const { flaw, method } = visit.exchange.request
  if (flaw !== null) return flawAnswer(visit, flaw)
  if (!UNSERVED.has(method)) return undefined
  return serverError(405, 'Method not allowed', visit.asker, 'gateway')
}

/** TRACE would show a client the headers that only upstreams may see; CONNECT is for proxies of another kind. */
const UNSERVED = new Set(['TRACE', 'CONNECT'])

/** What Kong's server says of each. */
const MESSAGES: Readonly<Record<Flaw, readonly [status: number, message: string]>> = {
  malformed: [400, 'Bad request'],
  late: [408, 'Request timeout'],
  'body-too-large': [413, 'Payload too large'],
  'target-too-long': [414, 'URI too long'],
  // 494 is for nobody but its authors.
  'head-too-large': [400, 'Bad request'],
}

export function flawAnswer(visit: Visit, flaw: Flaw): Answer {
  const [status, message] = MESSAGES[flaw]
  return serverError(status, message, visit.asker, 'gateway')
}
