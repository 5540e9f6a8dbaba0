import type { JsonSchema } from '@biplane/entities'
import { anything, exactly, listOf, text, whole } from './contract.ts'
import { refTo } from './refusals.ts'

/** The 202 of a write that waited. */
export function lateSchema(): JsonSchema {
  const node = exactly(
    {
      id: text,
      hostname: text,
      state: { enum: ['behind', 'rejected', 'withheld'] },
      config_revision: whole,
      errors: listOf(refTo('violation')),
      withheld: refTo('withheld'),
    },
    ['errors', 'withheld'],
  )
  return exactly({
    message: text,
    revision: whole,
    not_applied: listOf(node),
    answer: exactly({ status: whole, body: anything }),
  })
}
