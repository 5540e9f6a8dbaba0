import { PersistentMap } from '../runtime/persistent-map.ts'
import { firstOf, type SortedSet, withMember, withoutMember } from '../runtime/sorted-set.ts'
import { type HostParts, splitHost } from './host.ts'
import { withLength, withoutLength } from './lengths.ts'
import { changedBucket, type PathBucket } from './path-bucket.ts'
import { alongPath, changedAt, type PathTrie } from './path-trie.ts'
import type { RouteRequest } from './route-request.ts'
import type { Precedence, Rule } from './rule.ts'
import { type AskedRegexes, beginnings, changedWildcards, type Wildcards } from './rule-index.ts'
import { type Change, firstRule, headerValues, isEmpty } from './rule-set.ts'
import { HEADER, HOST, METHOD, PATH, SNI_BIT, type TraditionalRule } from './traditional-rules.ts'

/** What of a request some rule asks for, whichever: Kong decides by it where to begin, and which rules to try first. */
export interface Hits {
  /** The attributes that something was found of. */
  readonly attributes: number
  /** The host texts that fit, whoever has them. */
  readonly hosts: readonly string[]
  /** The wildcard that was found first, or else the Host value as sent. */
  readonly host: string | undefined
  readonly header: string | undefined
  /** The text of the path that was found first: a regular expression, or else the longest prefix. */
  readonly path: string | undefined
}

/** All that any rule asks for, with the rules that do, in their order. Immutable. */
export class HitIndex {
  readonly #order: Precedence
  readonly #texts: Texts

  private constructor(order: Precedence, texts: Texts) {
    this.#order = order
    this.#texts = texts
  }

  static empty(order: Precedence): HitIndex {
    const none = PersistentMap.empty<SortedSet<Rule>>()
    const wildcards = { left: [], right: [] }
    return new HitIndex(order, {
      ...{ hosts: none, methods: none, snis: none, headers: [], paths: null, wildcards },
    })
  }

  with(rule: TraditionalRule): HitIndex {
    return this.#changed(rule, withMember)
  }

  without(rule: TraditionalRule): HitIndex {
    return this.#changed(rule, withoutMember)
  }

  #changed(rule: TraditionalRule, change: Change): HitIndex {
    const order = this.#order
    let { paths, wildcards, ...texts } = this.#texts
    if (rule.pathText !== null)
      for (const text of beginnings(rule))
        paths = changedAt(paths, text, (bucket) => changedBucket(bucket, rule, change, order))
    const hosts = rule.hosts.filter((host) => host !== '')
    for (const host of hosts) {
      const before = texts.hosts.get(host)
      texts = { ...texts, hosts: changedList(texts.hosts, host, rule, change, order) }
      const after = texts.hosts.get(host)
      if (before === undefined) wildcards = changedWildcards(wildcards, host, withLength)
      if (after === undefined) wildcards = changedWildcards(wildcards, host, withoutLength)
    }
    for (const method of rule.methods)
      texts = { ...texts, methods: changedList(texts.methods, method, rule, change, order) }
    for (const sni of rule.snis) texts = { ...texts, snis: changedList(texts.snis, sni, rule, change, order) }
    for (const name of rule.headers)
      texts = { ...texts, headers: changedNames(texts.headers, name, rule, change, order) }
    return new HitIndex(order, { ...texts, paths, wildcards })
  }

  of(request: RouteRequest, asked: AskedRegexes): Hits {
    const header = this.#header(request)
    const host = this.#host(request)
    const path = this.#path(request.path, asked)
    const { methods, snis } = this.#texts
    return {
      header,
      path,
      ...host,
      attributes:
        (host.isHit ? HOST : 0) +
        (header === undefined ? 0 : HEADER) +
        (path === undefined ? 0 : PATH) +
        (methods.has(request.method) ? METHOD : 0) +
        (snis.has(request.sni ?? '') ? SNI_BIT : 0),
    }
  }

  /** The name, among those of headers the request has, whose first rule comes first. */
  #header(request: RouteRequest): string | undefined {
    const present = this.#texts.headers.filter(({ name }) => headerValues(request, name).length > 0)
    return this.#firstOf(
      present,
      ({ rules }) => firstOf(rules),
      ({ name }, rule) => rule.headers.indexOf(name),
    )?.name
  }

  #host({ host, scheme }: RouteRequest): Pick<Hits, 'hosts' | 'host'> & { readonly isHit: boolean } {
    if (host === undefined) return { hosts: [''], host, isHit: false }
    const parts = splitHost(host, scheme)
    const { hosts: known, wildcards } = this.#texts
    const fitting = wildcardTexts(wildcards, parts).filter((text) => known.has(text))
    const { raw, name } = parts
    const plain = raw === name ? [name] : [raw, name]
    const texts = (own: readonly string[]) => [...own, ...fitting, '']
    if (known.has(parts.withPort) || known.has(parts.name)) return { hosts: texts(plain), host, isHit: true }
    const rulesOf = (text: string) => firstOf(known.get(text) ?? null)
    const first = this.#firstOf(fitting, rulesOf, (text, rule) => rule.hosts.indexOf(text))
    if (first === undefined) return { hosts: texts(plain), host, isHit: false }
    return { hosts: texts([name]), host: first, isHit: true }
  }

  #path(path: string, asked: AskedRegexes): string | undefined {
    let longest: string | undefined
    let first: { readonly rule: Rule; readonly source: string } | undefined
    alongPath(this.#texts.paths, path, ({ plain, regexes }, length) => {
      if (!isEmpty(plain)) longest = path.slice(0, length)
      for (const { regex, rules } of regexes) {
        const rule = firstRule(rules, this.#order)
        if (rule === undefined || (first !== undefined && this.#order(first.rule, rule) < 0)) continue
        if (asked.match(regex) !== undefined) first = { rule, source: regex.source }
      }
    })
    return first?.source ?? longest
  }

  /** The one whose rule comes first; of those of one rule, the one that it names first. */
  #firstOf<T>(
    all: readonly T[],
    ruleOf: (one: T) => Rule | undefined,
    placeIn: (one: T, rule: TraditionalRule) => number,
  ): T | undefined {
    let best: { readonly one: T; readonly rule: Rule } | undefined
    for (const one of all) {
      const rule = ruleOf(one)
      if (rule === undefined) continue
      const isSame = best?.rule === rule
      // The rules of this index are all of this flavour.
      const place = (other: T) => placeIn(other, rule as TraditionalRule)
      if (best === undefined || (isSame ? place(one) < place(best.one) : this.#order(rule, best.rule) < 0))
        best = { one, rule }
    }
    return best?.one
  }
}

interface Texts {
  readonly hosts: PersistentMap<SortedSet<Rule>>
  readonly methods: PersistentMap<SortedSet<Rule>>
  readonly snis: PersistentMap<SortedSet<Rule>>
  readonly headers: readonly { readonly name: string; readonly rules: SortedSet<Rule> }[]
  readonly paths: PathTrie<PathBucket> | null
  readonly wildcards: Wildcards
}

function changedList(
  lists: PersistentMap<SortedSet<Rule>>,
  text: string,
  rule: Rule,
  change: Change,
  order: Precedence,
): PersistentMap<SortedSet<Rule>> {
  const rules = change(lists.get(text) ?? null, rule, order)
  return rules === null ? lists.delete(text) : lists.set(text, rules)
}

function changedNames(
  names: Texts['headers'],
  name: string,
  rule: Rule,
  change: Change,
  order: Precedence,
): Texts['headers'] {
  const rules = change(names.find((entry) => entry.name === name)?.rules ?? null, rule, order)
  const others = names.filter((entry) => entry.name !== name)
  return rules === null ? others : [...others, { name, rules }]
}

/**
 * The wildcard texts that fit a host, as Kong's patterns do: an asterisk stands for one character or more, and where the
 * text names no port, any may follow; on the right the asterisk takes the port as well, be it implied.
 */
function wildcardTexts({ left, right }: Wildcards, { withPort }: HostParts): readonly string[] {
  if (left.length === 0 && right.length === 0) return []
  const texts: string[] = []
  const bare = withPort.replace(/:\d+$/, '')
  for (const { length } of left) {
    if (length <= bare.length) texts.push(`*${bare.slice(bare.length - length + 1)}`)
    if (length <= withPort.length) texts.push(`*${withPort.slice(withPort.length - length + 1)}`)
  }
  for (const { length } of right) {
    if (length > withPort.length) continue
    texts.push(`${withPort.slice(0, length - 1)}*`)
    const port = withPort.slice(bare.length)
    if (length <= bare.length) texts.push(`${withPort.slice(0, length - 1)}*${port}`)
  }
  return texts
}
