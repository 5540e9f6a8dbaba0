import type { PathRegex } from './path-regex.ts'
import type { Precedence, Rule } from './rule.ts'
import { type Change, changedRules, isEmpty, noRules, type RuleSet } from './rule-set.ts'

/** The rules of one host whose paths begin with one text. Immutable. */
export interface PathBucket {
  /** Prefixes, rules without a path, and expressions. */
  readonly plain: RuleSet
  /** By their sources, in order of these: what many rules ask of a path is asked once. */
  readonly regexes: readonly RegexRules[]
}

export interface RegexRules {
  readonly regex: PathRegex
  readonly rules: RuleSet
}

const empty: PathBucket = { plain: noRules, regexes: [] }

export function changedBucket(
  bucket: PathBucket | null,
  rule: Rule,
  change: Change,
  order: Precedence,
): PathBucket | null {
  const before = bucket ?? empty
  const after =
    rule.path.kind === 'regex'
      ? { ...before, regexes: changedRegexes(before.regexes, rule.path.regex, rule, change, order) }
      : { ...before, plain: changedRules(before.plain, rule, change, order) }
  return isEmpty(after.plain) && after.regexes.length === 0 ? null : after
}

function changedRegexes(
  all: readonly RegexRules[],
  regex: PathRegex,
  rule: Rule,
  change: Change,
  order: Precedence,
): readonly RegexRules[] {
  let low = 0
  let high = all.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((all[middle]?.regex.source ?? '') < regex.source) low = middle + 1
    else high = middle
  }
  const there = all[low]?.regex.source === regex.source ? all[low] : undefined
  const rules = changedRules(there?.rules ?? noRules, rule, change, order)
  const entry = isEmpty(rules) ? [] : [{ regex: there?.regex ?? regex, rules }]
  return all.toSpliced(low, there === undefined ? 0 : 1, ...entry)
}
