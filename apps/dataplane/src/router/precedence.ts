import type { Rule } from './compiled-route.ts'

/** Orders rules by precedence, the winner first: by rank, then the older route, then the smaller id. A total order. */
export function byPrecedence(a: Rule, b: Rule): number {
  for (let i = 0; i < a.rank.length; i++) {
    const difference = (b.rank[i] ?? 0) - (a.rank[i] ?? 0)
    if (difference !== 0) return difference
  }
  const [left, right] = [a.route.fields, b.route.fields]
  if (left.created_at !== right.created_at) return left.created_at - right.created_at
  if (left.id !== right.id) return left.id < right.id ? -1 : 1
  return comparePaths(a, b)
}

/** Only paths tell two rules of one route apart. */
function comparePaths(a: Rule, b: Rule): number {
  const [left, right] = [pathText(a), pathText(b)]
  return left === right ? 0 : left < right ? -1 : 1
}

function pathText({ path }: Rule): string {
  if (path === null) return ''
  return path.kind === 'regex' ? path.source : path.text
}

/** `rules`, which is in order, with one more in its place. */
export function withRule(rules: readonly Rule[], rule: Rule): readonly Rule[] {
  let low = 0
  let high = rules.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const at = rules[middle]
    if (at !== undefined && byPrecedence(at, rule) <= 0) low = middle + 1
    else high = middle
  }
  return rules.toSpliced(low, 0, rule)
}

export function withoutRule(rules: readonly Rule[], rule: Rule): readonly Rule[] {
  return rules.filter((other) => other !== rule)
}
