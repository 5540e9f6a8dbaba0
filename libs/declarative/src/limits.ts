import type { Json } from '@biplane/entities'

/** What a document may be at most. Beyond it no entity is looked at. */
export interface Limits {
  /** Of the text, in UTF-16 code units. */
  readonly length: number
  /** Levels of nesting. An entity alone has at most 100. */
  readonly depth: number
  /** Values in the whole document, each alias of YAML counted as all that it stands for. */
  readonly values: number
}

export const LIMITS: Limits = { length: 64 * 1024 * 1024, depth: 128, values: 5_000_000 }

/** Never recurses further than `levels`. */
export function nestsDeeper(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((member: Json) => nestsDeeper(member, levels - 1))
}
