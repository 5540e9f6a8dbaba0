import { PersistentMap } from '../runtime/persistent-map.ts'
import type { RouteRequest, Rule } from './compiled-route.ts'
import { type Lengths, withLength, withoutLength } from './lengths.ts'
import { byPrecedence, withoutRule, withRule } from './precedence.ts'

/** How much of the request's path a rule took; null when it has no path condition. */
export interface PathMatch {
  readonly rule: Rule
  readonly matched: string | null
  /** Groups of a regular expression by number (from 1) and by name; a group that took no part is false. */
  readonly captures?: Readonly<Record<string, string | false>>
}

/** The rules of one host text. Immutable; all lists are in order of precedence. */
export interface PathTable {
  readonly prefixes: PersistentMap<readonly Rule[]>
  readonly prefixLengths: Lengths
  readonly regexes: readonly Rule[]
  readonly pathless: readonly Rule[]
  /** How many rules there are in all. */
  readonly size: number
}

export const emptyPathTable: PathTable = {
  prefixes: PersistentMap.empty(),
  prefixLengths: [],
  regexes: [],
  pathless: [],
  size: 0,
}

export function addRule(table: PathTable, rule: Rule): PathTable {
  const size = table.size + 1
  if (rule.path === null) return { ...table, size, pathless: withRule(table.pathless, rule) }
  if (rule.path.kind === 'regex') return { ...table, size, regexes: withRule(table.regexes, rule) }
  const { text } = rule.path
  const rules = table.prefixes.get(text)
  return {
    ...table,
    size,
    prefixes: table.prefixes.set(text, withRule(rules ?? [], rule)),
    prefixLengths: rules === undefined ? withLength(table.prefixLengths, text.length) : table.prefixLengths,
  }
}

/** The rule is known to be there. */
export function removeRule(table: PathTable, rule: Rule): PathTable {
  const size = table.size - 1
  if (rule.path === null) return { ...table, size, pathless: withoutRule(table.pathless, rule) }
  if (rule.path.kind === 'regex') return { ...table, size, regexes: withoutRule(table.regexes, rule) }
  const { text } = rule.path
  const rules = withoutRule(table.prefixes.get(text) ?? [], rule)
  if (rules.length > 0) return { ...table, size, prefixes: table.prefixes.set(text, rules) }
  return {
    ...table,
    size,
    prefixes: table.prefixes.delete(text),
    prefixLengths: withoutLength(table.prefixLengths, text.length),
  }
}

/** The rule of this table that wins, if it also precedes `best`; else `best`. */
export function bestMatch(
  table: PathTable,
  request: RouteRequest,
  best: PathMatch | undefined,
): PathMatch | undefined {
  let winner = better(best, firstRegex(table.regexes, request, best))
  for (const { length } of table.prefixLengths) {
    if (length > request.path.length) continue
    const rules = table.prefixes.get(request.path.slice(0, length))
    const rule = rules?.find(({ accepts }) => accepts(request))
    if (rule !== undefined) winner = better(winner, { rule, matched: request.path.slice(0, length) })
  }
  const pathless = table.pathless.find(({ accepts }) => accepts(request))
  return pathless === undefined ? winner : better(winner, { rule: pathless, matched: null })
}

/** Regular expressions are tried in order, and only while they could still win. */
function firstRegex(
  rules: readonly Rule[],
  request: RouteRequest,
  best: PathMatch | undefined,
): PathMatch | undefined {
  for (const rule of rules) {
    if (best !== undefined && byPrecedence(best.rule, rule) < 0) return undefined
    if (rule.path?.kind !== 'regex' || !rule.accepts(request)) continue
    const found = rule.path.regex.exec(request.path)
    if (found !== null) return { rule, matched: found[0], ...capturesOf(found) }
  }
  return undefined
}

function capturesOf(found: RegExpExecArray): { captures?: Readonly<Record<string, string | false>> } {
  if (found.length === 1) return {}
  // A group without a part in the match is undefined here, whatever the types say.
  const numbered: (readonly [string, string | undefined])[] = [...found.entries()]
    .slice(1)
    .map(([i, text]) => [String(i), text])
  const groups = [...numbered, ...Object.entries<string | undefined>(found.groups ?? {})]
  return { captures: Object.fromEntries(groups.map(([name, text]) => [name, text ?? false])) }
}

function better(a: PathMatch | undefined, b: PathMatch | undefined): PathMatch | undefined {
  if (a === undefined) return b
  if (b === undefined) return a
  return byPrecedence(a.rule, b.rule) <= 0 ? a : b
}
