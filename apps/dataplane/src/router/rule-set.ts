import { PersistentMap } from '../runtime/persistent-map.ts'
import {
  firstOf,
  firstWhere,
  type SortedSet,
  type withMember,
  type withoutMember,
} from '../runtime/sorted-set.ts'
import type { RouteRequest } from './route-request.ts'
import type { Precedence, Rule } from './rule.ts'

/** The names of the TLS server name, of the method and of the sides of a connection among signs. */
export const SNI = ':sni'
export const METHOD_SIGN = ':method'
export const SOURCE_IP = ':src.ip'
export const SOURCE_PORT = ':src.port'
export const DESTINATION_IP = ':dst.ip'
export const DESTINATION_PORT = ':dst.port'

/** Rules of one host and path, found by a value that the request must have where they name one. Immutable. */
export interface RuleSet {
  readonly unsigned: SortedSet<Rule>
  /** By name and value of the rules' signs. */
  readonly signed: PersistentMap<SortedSet<Rule>>
  readonly names: readonly { readonly name: string; readonly rules: SortedSet<Rule> }[]
}

export const noRules: RuleSet = { unsigned: null, signed: PersistentMap.empty(), names: [] }

export function isEmpty({ unsigned, names }: RuleSet): boolean {
  return unsigned === null && names.length === 0
}

/** @param change `withMember` or `withoutMember` */
export function changedRules(set: RuleSet, rule: Rule, change: Change, order: Precedence): RuleSet {
  const { sign } = rule
  if (sign === null) return { ...set, unsigned: change(set.unsigned, rule, order) }
  let { signed } = set
  for (const value of sign.values) {
    const key = keyOf(sign.name, value)
    const rules = change(signed.get(key) ?? null, rule, order)
    signed = rules === null ? signed.delete(key) : signed.set(key, rules)
  }
  const at = set.names.findIndex(({ name }) => name === sign.name)
  const rules = change(set.names[at]?.rules ?? null, rule, order)
  const others = set.names.filter(({ name }) => name !== sign.name)
  return { ...set, signed, names: rules === null ? others : [...others, { name: sign.name, rules }] }
}

export type Change = typeof withMember<Rule> | typeof withoutMember<Rule>

/** The first of all rules, whatever they ask for. */
export function firstRule({ unsigned, names }: RuleSet, order: Precedence): Rule | undefined {
  let first = firstOf(unsigned)
  for (const { rules } of names) {
    const other = firstOf(rules)
    if (other !== undefined && (first === undefined || order(other, first) < 0)) first = other
  }
  return first
}

/** The first rule that the request fits and that precedes `best`; undefined when there is none. */
export function firstFit(
  { unsigned, signed, names }: RuleSet,
  request: RouteRequest,
  order: Precedence,
  best: Rule | undefined,
  accepts: (rule: Rule) => boolean,
): Rule | undefined {
  let winner = best
  const look = (rules: SortedSet<Rule>): void => {
    const found = firstWhere(rules, (rule) => {
      const isLate = winner !== undefined && order(winner, rule) <= 0
      return isLate || accepts(rule)
    })
    if (found !== undefined && (winner === undefined || order(found, winner) < 0)) winner = found
  }
  if (unsigned !== null) look(unsigned)
  for (const { name, rules } of names) {
    const values = valuesOf(request, name)
    if (values === 'any') look(rules)
    else for (const value of values) look(signed.get(keyOf(name, value)) ?? null)
  }
  return winner === best ? undefined : winner
}

/** On plain http, a condition on the server name holds whatever it is. */
function valuesOf(request: RouteRequest, name: string): readonly string[] | 'any' {
  switch (name) {
    case SNI:
      return request.scheme === 'http' ? 'any' : [request.sni ?? '']
    case METHOD_SIGN:
      return [request.method]
    case SOURCE_IP:
      return [request.source?.ip ?? '']
    case SOURCE_PORT:
      return [String(request.source?.port)]
    case DESTINATION_IP:
      return [request.destination?.ip ?? '']
    case DESTINATION_PORT:
      return [String(request.destination?.port)]
    default:
      return headerValues(request, name).map((value) => value.toLowerCase())
  }
}

/** Underscores of a configured name stand for hyphens too. */
export function headerValues(request: RouteRequest, name: string): readonly string[] {
  const values = request.headerValues(name)
  return values.length > 0 || !name.includes('_') ? values : request.headerValues(name.replaceAll('_', '-'))
}

function keyOf(name: string, value: string): string {
  return `${name}\0${value}`
}
