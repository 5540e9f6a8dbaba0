import type { Random } from './random.ts'

/** How many ids and names each kind has: few, so that writers meet at the same entities and references find something. */
const OF_EACH = 5

/** The `n`th id of a kind: the same in every run, so that a request names what an earlier one may have made. */
export function idOf(kind: string, n: number): string {
  const digits = [...kind].reduce((mixed, char) => Math.imul(mixed, 31) + (char.codePointAt(0) ?? 0), 7) >>> 0
  return `${digits.toString(16).padStart(8, '0')}-0000-4000-8000-${String(n).padStart(12, '0')}`
}

export function someId(kind: string, random: Random): string {
  return idOf(kind, random.below(OF_EACH))
}

/** A text that may be a name, a user, a key, a host: one of few. */
export function someName(random: Random): string {
  return `n-${random.below(OF_EACH)}`
}

/** A text in which every id is the first of its kind. */
export function atFirst(text: string): string {
  return text.replaceAll(/(-0000-4000-8000-)\d{12}/g, '$1000000000000')
}
