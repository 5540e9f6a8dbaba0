import { LRUCache } from 'lru-cache'
import { PersistentMap } from '../runtime/persistent-map.ts'
import { ConsumerGroups } from './consumer-groups.ts'
import type { PluginInstance } from './instance.ts'
import { mostSpecific, type Subject, scopeKey } from './precedence.ts'

/**
 * The plugins of one request, one place per configured plugin name, high priority first; undefined where a plugin does
 * not apply. Chains of one plan have the same places, so a request can change chains midway, when its consumer is known.
 */
export type Chain = readonly (PluginInstance | undefined)[]

const CONSUMER_CHAINS = 10_000

/** All configured plugins. Immutable; the chains of routes are worked out when first asked for, and kept. */
export class PluginPlan {
  readonly #byId: PersistentMap<PluginInstance>
  readonly #byScope: PersistentMap<PluginInstance>
  readonly #names: readonly ConfiguredName[]
  /** How many instances are scoped to a consumer or a group, by its id: most consumers have none and share their route's chain. */
  readonly #scopedTo: PersistentMap<number>
  readonly groups: ConsumerGroups
  readonly #routeChains = new WeakMap<object, Chain>()
  readonly #consumerChains = new LRUCache<string, Chain>({ max: CONSUMER_CHAINS })

  private constructor(
    byId: PersistentMap<PluginInstance>,
    byScope: PersistentMap<PluginInstance>,
    names: readonly ConfiguredName[],
    scopedTo: PersistentMap<number>,
    groups: ConsumerGroups,
  ) {
    this.#byId = byId
    this.#byScope = byScope
    this.#names = names
    this.#scopedTo = scopedTo
    this.groups = groups
  }

  static readonly empty = new PluginPlan(
    PersistentMap.empty(),
    PersistentMap.empty(),
    [],
    PersistentMap.empty(),
    ConsumerGroups.empty,
  )

  withGroups(groups: ConsumerGroups): PluginPlan {
    return new PluginPlan(this.#byId, this.#byScope, this.#names, this.#scopedTo, groups)
  }

  upsert(instance: PluginInstance): PluginPlan {
    const without = this.delete(instance.id)
    return new PluginPlan(
      without.#byId.set(instance.id, instance),
      without.#byScope.set(scopeKey(instance.name, instance.scope), instance),
      count(without.#names, instance, 1),
      countScoped(without.#scopedTo, instance, 1),
      this.groups,
    )
  }

  delete(id: string): PluginPlan {
    const instance = this.#byId.get(id)
    if (instance === undefined) return this
    const key = scopeKey(instance.name, instance.scope)
    // Within one update another instance may have taken this scope before this one is deleted.
    const holdsScope = this.#byScope.get(key) === instance
    return new PluginPlan(
      this.#byId.delete(id),
      holdsScope ? this.#byScope.delete(key) : this.#byScope,
      count(this.#names, instance, -1),
      countScoped(this.#scopedTo, instance, -1),
      this.groups,
    )
  }

  /** Whether any of them has the health of upstreams shown among the metrics. */
  get showsHealth(): boolean {
    return this.#names.some(({ showing }) => showing > 0)
  }

  /**
   * @param route the compiled route that matched, whose identity the chain is kept by; null where none did, which leaves
   * the global plugins
   */
  chain(route: object | null, subject: Subject): Chain {
    const { consumer } = subject
    if (consumer === null || !this.#isToldApart(consumer))
      return this.#chainOf(route ?? this, { ...subject, consumer: null })
    const key = `${subject.route}\0${subject.service}\0${consumer}`
    const known = this.#consumerChains.get(key)
    if (known !== undefined) return known
    const chain = this.#resolve(subject)
    this.#consumerChains.set(key, chain)
    return chain
  }

  /** That of what has no route: the global plugins. */
  get everywhere(): Chain {
    return this.chain(null, { route: null, service: null, consumer: null })
  }

  #chainOf(owner: object, subject: Subject): Chain {
    const known = this.#routeChains.get(owner)
    if (known !== undefined) return known
    const chain = this.#resolve(subject)
    this.#routeChains.set(owner, chain)
    return chain
  }

  #isToldApart(consumer: string): boolean {
    return this.#scopedTo.has(consumer) || this.groups.idsOf(consumer).some((id) => this.#scopedTo.has(id))
  }

  #resolve(subject: Subject): Chain {
    const groups = subject.consumer === null ? [] : this.groups.inOrder(subject.consumer)
    const find = (key: string) => this.#byScope.get(key)
    return this.#names.map(({ name }) => mostSpecific(name, subject, groups, find))
  }
}

interface ConfiguredName {
  readonly name: string
  readonly priority: number
  readonly instances: number
  /** How many of them show the health of upstreams. */
  readonly showing: number
}

function count(
  names: readonly ConfiguredName[],
  { name, priority, handler }: PluginInstance,
  by: 1 | -1,
): readonly ConfiguredName[] {
  const at = names.findIndex((entry) => entry.name === name)
  const instances = (names[at]?.instances ?? 0) + by
  const showing = (names[at]?.showing ?? 0) + (handler.showsHealth ? by : 0)
  const counted = { name, priority, instances, showing }
  if (at === -1) return [...names, counted].sort(byPriority)
  return instances === 0 ? names.toSpliced(at, 1) : names.with(at, counted)
}

/** High priority first; equal ones by name, descending, as in Kong. */
function byPriority(a: ConfiguredName, b: ConfiguredName): number {
  return b.priority - a.priority || (a.name < b.name ? 1 : -1)
}

function countScoped(
  counts: PersistentMap<number>,
  { scope }: PluginInstance,
  by: 1 | -1,
): PersistentMap<number> {
  const id = scope.consumer ?? scope.consumer_group
  if (id === null) return counts
  const left = (counts.get(id) ?? 0) + by
  return left === 0 ? counts.delete(id) : counts.set(id, left)
}
