import { PersistentMap } from '../runtime/persistent-map.ts'
import { withMember, withoutMember } from '../runtime/sorted-set.ts'
import { type Lengths, withLength, withoutLength } from './lengths.ts'
import { changedBucket, type PathBucket } from './path-bucket.ts'
import type { PathRegex } from './path-regex.ts'
import { alongPath, changedAt, type PathTrie } from './path-trie.ts'
import type { PathMatch, RouteRequest } from './route-request.ts'
import type { Evaluated, Precedence, Rule } from './rule.ts'
import { type Change, firstFit } from './rule-set.ts'

/** How long the configured wildcard texts are, the asterisk included. */
export interface Wildcards {
  /** `*.example.com` */
  readonly left: Lengths
  /** `example.*`, `example.*:80` */
  readonly right: Lengths
}

/** What of the rules counts; all of them where nothing is said. */
export interface Restriction {
  /** The text of their path, without what marks a regular expression. */
  readonly path?: string
  readonly rule?: (rule: Rule) => boolean
}

/**
 * Rules by host text (`a.test`, `*.a.test`, `''` for none) and by how their paths begin. Immutable: one rule more or less
 * gives a new index that shares with the old one all that is not on the way to it.
 */
export class RuleIndex {
  readonly #order: Precedence
  readonly #tables: PersistentMap<PathTrie<PathBucket>>
  readonly wildcards: Wildcards

  private constructor(order: Precedence, tables: PersistentMap<PathTrie<PathBucket>>, wildcards: Wildcards) {
    this.#order = order
    this.#tables = tables
    this.wildcards = wildcards
  }

  static empty(order: Precedence): RuleIndex {
    return new RuleIndex(order, PersistentMap.empty(), { left: [], right: [] })
  }

  get isEmpty(): boolean {
    return this.#tables.size === 0
  }

  with(rule: Rule): RuleIndex {
    return this.#changed(rule, withMember)
  }

  /** The rule is known to be there. */
  without(rule: Rule): RuleIndex {
    return this.#changed(rule, withoutMember)
  }

  #changed(rule: Rule, change: Change): RuleIndex {
    let [tables, wildcards] = [this.#tables, this.wildcards]
    for (const host of rule.hosts) {
      const before = tables.get(host) ?? null
      let after = before
      for (const text of beginnings(rule))
        after = changedAt(after, text, (bucket) => changedBucket(bucket, rule, change, this.#order))
      if (before === null) wildcards = changedWildcards(wildcards, host, withLength)
      if (after === null) wildcards = changedWildcards(wildcards, host, withoutLength)
      tables = after === null ? tables.delete(host) : tables.set(host, after)
    }
    return new RuleIndex(this.#order, tables, wildcards)
  }

  /**
   * The rule that wins among those of the host texts.
   *
   * @param asked what regular expressions were asked of the path, to ask none twice
   */
  best(
    request: RouteRequest,
    hosts: readonly string[],
    asked: AskedRegexes,
    only: Restriction = {},
  ): PathMatch | undefined {
    let best: PathMatch | undefined
    for (const host of hosts) {
      const table = this.#tables.get(host)
      if (table === undefined) continue
      alongPath(table, request.path, (bucket, length) => {
        if (only.path === undefined || (length === only.path.length && request.path.startsWith(only.path)))
          best = this.#plain(bucket, request, best, only) ?? best
        best = this.#regex(bucket, request, asked, best, only) ?? best
      })
    }
    return best
  }

  #plain({ plain }: PathBucket, request: RouteRequest, best: PathMatch | undefined, only: Restriction) {
    let evaluated: Evaluated | undefined
    const rule = firstFit(plain, request, this.#order, best?.rule, (candidate) => {
      if (only.rule?.(candidate) === false || !candidate.accepts(request)) return false
      if (candidate.path.kind !== 'expression') return true
      evaluated = candidate.path.evaluate(request)
      return evaluated !== undefined
    })
    if (rule === undefined) return undefined
    if (evaluated !== undefined) return { rule, ...evaluated }
    return { rule, matched: rule.path.kind === 'prefix' && rule.path.isCondition ? rule.path.text : null }
  }

  /** A path is matched only with what could still win. */
  #regex(
    { regexes }: PathBucket,
    request: RouteRequest,
    asked: AskedRegexes,
    best: PathMatch | undefined,
    only: Restriction,
  ): PathMatch | undefined {
    let winner = best
    for (const { regex, rules } of regexes) {
      if (only.path !== undefined && only.path !== regex.source) continue
      const rule = firstFit(
        ...([rules, request, this.#order, winner?.rule] as const),
        (candidate) => only.rule?.(candidate) !== false && candidate.accepts(request),
      )
      const found = rule && asked.match(regex)
      if (rule !== undefined && found !== undefined) winner = { rule, ...found }
    }
    return winner
  }
}

/** The regular expressions that one path was matched with, and what came of it. */
export class AskedRegexes {
  readonly #path: string
  #answers: Map<string, ReturnType<PathRegex['match']>> | undefined

  constructor(path: string) {
    this.#path = path
  }

  match(regex: PathRegex): ReturnType<PathRegex['match']> {
    this.#answers ??= new Map()
    if (this.#answers.has(regex.source)) return this.#answers.get(regex.source)
    const answer = regex.match(this.#path)
    this.#answers.set(regex.source, answer)
    return answer
  }
}

export function beginnings({ path }: Rule): readonly string[] {
  if (path.kind === 'expression') return path.prefixes
  return [path.kind === 'regex' ? path.regex.literal : path.text]
}

export function changedWildcards(
  wildcards: Wildcards,
  host: string,
  change: (lengths: Lengths, length: number) => Lengths,
): Wildcards {
  if (host.startsWith('*')) return { ...wildcards, left: change(wildcards.left, host.length) }
  if (host.includes('*')) return { ...wildcards, right: change(wildcards.right, host.indexOf('*') + 1) }
  return wildcards
}
