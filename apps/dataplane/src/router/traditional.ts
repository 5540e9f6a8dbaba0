import { PersistentMap } from '../runtime/persistent-map.ts'
import type { Flavor, Matcher } from './flavor.ts'
import type { PathMatch, RouteRequest } from './route-request.ts'
import { type Precedence, precedence, type Rule } from './rule.ts'
import { AskedRegexes, type Restriction, RuleIndex } from './rule-index.ts'
import { HitIndex, type Hits } from './traditional-hits.ts'
import {
  HEADER,
  HOST,
  METHOD,
  PATH,
  SNI_BIT,
  type TraditionalRule,
  traditionalRoute,
} from './traditional-rules.ts'

/** Kong's router before expressions: rules by the attributes that they have, those with more of them first. */
export const traditional: Flavor = {
  get empty() {
    const order = precedence(false)
    return new TraditionalMatcher(order, HitIndex.empty(order), [])
  },
  compile: traditionalRoute,
}

/** The rules that have the same attributes. */
interface Category {
  readonly attributes: number
  readonly rules: RuleIndex
  /** How many of them name a text, by what it is of: Kong tries those of the shortest list first. */
  readonly counts: PersistentMap<number>
}

class TraditionalMatcher implements Matcher {
  readonly #order: Precedence
  readonly #hits: HitIndex
  /** Those with more attributes first. */
  readonly #categories: readonly Category[]

  constructor(order: Precedence, hits: HitIndex, categories: readonly Category[]) {
    this.#order = order
    this.#hits = hits
    this.#categories = categories
  }

  match(request: RouteRequest): PathMatch | undefined {
    const asked = new AskedRegexes(request.path)
    const hits = this.#hits.of(request, asked)
    if (hits.attributes === 0) return undefined
    const start = this.#categories.findIndex(({ attributes }) => attributes === hits.attributes)
    for (const category of this.#categories.slice(Math.max(start, 0))) {
      const reduced = reduction(category, request, hits)
      const match =
        (reduced && category.rules.best(request, reduced.hosts ?? hits.hosts, asked, reduced)) ??
        category.rules.best(request, hits.hosts, asked)
      if (match !== undefined) return match
    }
    return undefined
  }

  with(rule: Rule): TraditionalMatcher {
    const own = rule as TraditionalRule // made by this flavour
    return this.#changed(own, this.#hits.with(own), (category) => ({
      attributes: own.attributes,
      rules: (category?.rules ?? RuleIndex.empty(this.#order)).with(own),
      counts: counted(category?.counts ?? PersistentMap.empty(), own, 1),
    }))
  }

  without(rule: Rule): TraditionalMatcher {
    const own = rule as TraditionalRule // made by this flavour
    return this.#changed(own, this.#hits.without(own), (category) => {
      const rules = category?.rules.without(own)
      if (category === undefined || rules === undefined || rules.isEmpty) return undefined
      return { attributes: own.attributes, rules, counts: counted(category.counts, own, -1) }
    })
  }

  #changed(
    { attributes }: TraditionalRule,
    hits: HitIndex,
    change: (category: Category | undefined) => Category | undefined,
  ): TraditionalMatcher {
    const category = change(this.#categories.find((known) => known.attributes === attributes))
    const others = this.#categories.filter((known) => known.attributes !== attributes)
    const all = category === undefined ? others : [...others, category]
    return new TraditionalMatcher(this.#order, hits, all.toSorted(byWeight))
  }
}

function byWeight(a: Category, b: Category): number {
  return weightOf(b.attributes) - weightOf(a.attributes) || b.attributes - a.attributes
}

function weightOf(attributes: number): number {
  return [HOST, HEADER, PATH, METHOD, SNI_BIT].filter((bit) => (attributes & bit) !== 0).length
}

/** Which rules of a category Kong tries before all of them: those of the request's header, or of its rarest other text. */
function reduction(
  { attributes, counts }: Category,
  request: RouteRequest,
  hits: Hits,
): (Restriction & { readonly hosts?: readonly string[] }) | undefined {
  const { header, host, path } = hits
  if ((attributes & HEADER) !== 0 && header !== undefined && counts.has(keyOf(HEADER, header)))
    // The rules of this index are all of this flavour.
    return { rule: (rule) => (rule as TraditionalRule).headers.includes(header) }
  const lists: readonly (readonly [number, string | undefined, Reduction])[] = [
    [HOST, host, host === undefined ? {} : { hosts: [host] }],
    [PATH, path, path === undefined ? {} : { path }],
    // All that matches is of these two lists anyway.
    [METHOD, request.method, {}],
    [SNI_BIT, request.sni, {}],
  ]
  let shortest: { readonly size: number; readonly reduced: Reduction } | undefined
  for (const [bit, text, reduced] of lists) {
    const size = (attributes & bit) === 0 || text === undefined ? undefined : counts.get(keyOf(bit, text))
    if (size !== undefined && (shortest === undefined || size < shortest.size)) shortest = { size, reduced }
  }
  return shortest?.reduced
}

type Reduction = Restriction & { readonly hosts?: readonly string[] }

function counted(counts: PersistentMap<number>, rule: TraditionalRule, by: 1 | -1): PersistentMap<number> {
  const keys = [
    ...rule.hosts.filter((host) => host !== '').map((host) => keyOf(HOST, host)),
    ...rule.headers.map((name) => keyOf(HEADER, name)),
    ...(rule.pathText === null ? [] : [keyOf(PATH, rule.pathText)]),
    ...rule.methods.map((method) => keyOf(METHOD, method)),
    ...rule.snis.map((sni) => keyOf(SNI_BIT, sni)),
  ]
  return keys.reduce((all, key) => {
    const count = (all.get(key) ?? 0) + by
    return count === 0 ? all.delete(key) : all.set(key, count)
  }, counts)
}

function keyOf(bit: number, text: string): string {
  return `${bit}:${text}`
}
