import type { JsonSchema } from '@biplane/entities'
import { anything, exactly, listOf, orNull, text, whole } from '../openapi/contract.ts'
import { refTo } from '../openapi/refusals.ts'

/** The 200 of a write that was only rehearsed. */
export function preflightSchema(): JsonSchema {
  const node = exactly({
    id: text,
    hostname: text,
    version: text,
    withheld: orNull(refTo('withheld')),
    reductions: listOf(refTo('reduction')),
  })
  return exactly({
    message: text,
    answer: exactly({ status: whole, body: anything, etag: text }, ['etag']),
    withheld: whole,
    reduced: whole,
    nodes: listOf(node),
  })
}
