import { createHash } from 'node:crypto'
import { canonicalJson } from '@biplane/entities'
import type { Config } from './draft.ts'

/**
 * What Kong calls the hash of a document: of its text, byte for byte, so that the same text need not be loaded again
 * (`check_hash`). 32 hex digits.
 */
export function textHash(text: string): string {
  return createHash('md5').update(text).digest('hex')
}

/** The hash of a document that came as JSON and has no text of its own: that of the config it made. */
export function configHash(config: Config): string {
  const kinds = [...config].map(([kind, entities]) => [kind, Object.fromEntries(entities)] as const)
  return textHash(canonicalJson(Object.fromEntries(kinds)))
}
