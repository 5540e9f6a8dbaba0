import type { Reduction } from '@biplane/protocol'
import { effectOf } from './effect.ts'
import type { Rule } from './rule.ts'

/** What rules took from one entity, before a change of it and after. */
export interface Loss {
  readonly id: string
  readonly was: readonly Rule[]
  readonly is: readonly Rule[]
}

/** More ids are not told: they only show where to begin to look. */
const TOLD_IDS = 5

/** What software of one version is not told, kept up to date as changes pass. */
export class Reductions {
  /** The ids of the entities that a rule takes from. A rule speaks of one kind, in which an id is of one entity. */
  readonly #ids = new Map<Rule, Set<string>>()
  #told: readonly Reduction[] | null = []

  /** One for each rule that takes something, those of security first. The same array until something has changed. */
  get all(): readonly Reduction[] {
    this.#told ??= [...this.#ids].map(toReduction).toSorted(inOrder)
    return this.#told
  }

  apply(losses: Iterable<Loss>): void {
    for (const { id, was, is } of losses) {
      for (const rule of was) this.#remove(rule, id)
      for (const rule of is) this.#add(rule, id)
      this.#told = null
    }
  }

  #add(rule: Rule, id: string): void {
    const ids = this.#ids.get(rule) ?? new Set()
    this.#ids.set(rule, ids.add(id))
  }

  #remove(rule: Rule, id: string): void {
    const ids = this.#ids.get(rule)
    ids?.delete(id)
    if (ids?.size === 0) this.#ids.delete(rule)
  }
}

function toReduction([rule, ids]: readonly [Rule, ReadonlySet<string>]): Reduction {
  const { on, since, severity = 'notice' } = rule
  const first = ids.values().take(TOLD_IDS).toArray()
  return { on, effect: effectOf(rule), since, severity, entities: ids.size, ids: first }
}

/** In an order that does not depend on how the config came about. */
function inOrder(a: Reduction, b: Reduction): number {
  return rank(a) < rank(b) ? -1 : 1
}

function rank({ severity, on, effect }: Reduction): string {
  return `${severity === 'security' ? 0 : 1} ${on} ${effect}`
}
