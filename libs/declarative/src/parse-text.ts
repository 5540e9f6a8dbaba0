import type { EntityRegistry } from '@biplane/entities'
import { describeErrors } from './describe-errors.ts'
import type { Draft } from './draft.ts'
import { errorTree } from './error-tree.ts'
import type { Context } from './judge.ts'
import { parseConfig } from './parse.ts'
import { readText } from './read-text.ts'

/**
 * Judges the text of a document, for those who ask nobody back: what is wrong is told in lines for people, with the line
 * of a text that cannot be read, and with the entity and the field of one that can.
 */
export async function parseText(
  text: string,
  registry: EntityRegistry,
  context: Context,
): Promise<{ readonly draft: Draft } | { readonly problem: string }> {
  const reading = readText(text)
  if ('problem' in reading) return { problem: `it cannot be read: ${reading.problem}` }
  const outcome = await parseConfig(reading.document, registry, context)
  return 'draft' in outcome
    ? outcome
    : { problem: `it is not valid:\n${describeErrors(errorTree(outcome.invalid.faults))}` }
}
