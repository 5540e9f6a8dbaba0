import type { JsonSchema } from '@biplane/entities'
import { exactly, listOf, text, whole } from './contract.ts'

/** What older nodes are not told. */
export const reductionSchema: JsonSchema = exactly({
  on: text,
  effect: text,
  since: text,
  severity: { enum: ['notice', 'security'] },
  entities: whole,
  ids: listOf(text),
})
