/** A release as far as compatibility looks at it. Patch, fourth part, suffix and build never matter. */
export interface Version {
  readonly major: number
  readonly minor: number
}

/**
 * The version at the start of a text: three numbers with dots, whatever follows (`3.4.2-rc.1`, `3.4.2.0`). Undefined for
 * anything else: two parts, a leading `v`, blank or sign, no text.
 */
export function parseVersion(text: string | null | undefined): Version | undefined {
  const [, major, minor] = /^(\d+)\.(\d+)\.\d+/.exec(text ?? '') ?? []
  if (major === undefined || minor === undefined) return undefined
  return { major: Number(major), minor: Number(minor) }
}

const WEIGHTS = [1e9, 1e6, 1e3, 1]

/**
 * A version as one number, by which rules are ordered and applied: up to four parts, of each its leading digits, else 0.
 * `3.4.2`, `3.4.2.0` and `3.4.2-x` are equal. As in Kong, a part of 1000 or more runs into the part before it.
 */
export function numericVersion(text: string): number {
  const parts = text.split('.')
  return WEIGHTS.reduce((sum, weight, i) => sum + weight * Number.parseInt(leadingDigits(parts[i]), 10), 0)
}

function leadingDigits(part = ''): string {
  return /^\d+/.exec(part)?.[0] ?? '0'
}
