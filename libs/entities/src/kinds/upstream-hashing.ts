import { type Check, conditional, distinct } from '../checks.ts'
import type { JsonObject } from '../json.ts'

/** What may be hashed to choose a target. */
export const hashInputs = [
  'none',
  'consumer',
  'ip',
  'header',
  'cookie',
  'path',
  'query_arg',
  'uri_capture',
] as const

/** What each input needs to be known, and what may not be fallen back to from it. In the order in which Kong lists them. */
export const hashChecks: readonly Check[] = [
  needs('hash_on', 'header', 'hash_on_header'),
  needs('hash_fallback', 'header', 'hash_fallback_header'),
  needs('hash_on', 'cookie', 'hash_on_cookie'),
  needs('hash_fallback', 'cookie', 'hash_on_cookie'),
  fallsBackTo('none', ['none']),
  fallsBackTo('cookie', ['none']),
  fallsBackTo('consumer', ['none', 'ip', 'header', 'cookie', 'path', 'query_arg', 'uri_capture']),
  fallsBackTo('ip', ['none', 'consumer', 'header', 'cookie', 'path', 'query_arg', 'uri_capture']),
  fallsBackTo('path', ['none', 'consumer', 'header', 'cookie', 'query_arg', 'ip', 'uri_capture']),
  distinct('hash_on_header', 'hash_fallback_header'),
  needs('hash_on', 'query_arg', 'hash_on_query_arg'),
  needs('hash_fallback', 'query_arg', 'hash_fallback_query_arg'),
  distinct('hash_on_query_arg', 'hash_fallback_query_arg'),
  needs('hash_on', 'uri_capture', 'hash_on_uri_capture'),
  needs('hash_fallback', 'uri_capture', 'hash_fallback_uri_capture'),
  distinct('hash_on_uri_capture', 'hash_fallback_uri_capture'),
]

/** Algorithms that choose a target without a hash. */
const UNHASHED = new Set(['least-connections', 'latency'])

/** To choose an algorithm without a hash takes the hash away. */
export function expandAlgorithm(algorithm: string | null): JsonObject {
  return algorithm !== null && UNHASHED.has(algorithm) ? { algorithm, hash_on: null } : { algorithm }
}

/** To hash, or not to, chooses the algorithm. */
export function expandHashOn(input: string | null): JsonObject {
  if (input === null) return { hash_on: 'none' }
  return { hash_on: input, algorithm: input === 'none' ? 'round-robin' : 'consistent-hashing' }
}

/** The algorithm that is at work, whatever was asked for: hashing without anything to hash is taking turns. */
export function algorithmAtWork({ algorithm, hash_on: input }: JsonObject): JsonObject {
  if (typeof algorithm === 'string' && UNHASHED.has(algorithm)) return {}
  return { algorithm: input === 'none' ? 'round-robin' : 'consistent-hashing' }
}

function needs(if_field: string, input: string, then_field: string): Check {
  return conditional({
    if_field,
    if_match: { match: `^${input}$` },
    then_field,
    then_match: { required: true },
  })
}

function fallsBackTo(input: string, others: readonly string[]): Check {
  return conditional({
    if_field: 'hash_on',
    if_match: { match: `^${input}$` },
    then_field: 'hash_fallback',
    then_match: { one_of: others },
  })
}
