import type { Route } from '@biplane/entities'
import type { Order } from '../runtime/sorted-set.ts'
import type { PathRegex } from './path-regex.ts'
import type { Captures, RouteRequest } from './route-request.ts'

/** A route made ready for matching: its rules, of which one has to match. */
export interface CompiledRoute {
  readonly fields: Route
  /** How the path that goes upstream is built; only the traditional flavour knows another way than v0. */
  readonly pathHandling: 'v0' | 'v1'
  readonly rules: readonly Rule[]
}

/** One way to match a route: one rule per path, as a long path of a route can win while a short one loses. */
export interface Rule {
  readonly route: CompiledRoute
  /** What decides between rules that match, most important first; the larger number wins. */
  readonly rank: readonly number[]
  /** What decides between those of one rank. */
  readonly tie: string
  /** Which of the rules of its route this is. */
  readonly number: number
  /** The host texts under which it is looked for; `''` for whatever host. */
  readonly hosts: readonly string[]
  readonly path: PathCondition
  /** Values of which the request must have one: many rules of one host and path are told apart by them. */
  readonly sign: Sign | null
  /** Whether the conditions other than host and path hold. */
  readonly accepts: (request: RouteRequest) => boolean
}

export type PathCondition =
  /** How the path must begin; empty for a route without paths. */
  | { readonly kind: 'prefix'; readonly text: string; readonly isCondition: boolean }
  | { readonly kind: 'regex'; readonly regex: PathRegex }
  /** All that an expression says, of paths that begin in one of some ways. */
  | {
      readonly kind: 'expression'
      readonly prefixes: readonly string[]
      readonly evaluate: (request: RouteRequest) => Evaluated | undefined
    }

export interface Evaluated {
  readonly matched: string | null
  readonly captures?: Captures
}

/**
 * A header by its lower-case name, or the TLS server name as `:sni`, the method as `:method`, a side of a connection as
 * `:src.ip` and so on, and values in the form in which they are compared.
 */
export interface Sign {
  readonly name: string
  readonly values: readonly string[]
}

/** Orders rules by precedence, the winner first. A total order. */
export type Precedence = Order<Rule>

/** @param largerTieWins whether of rules of one rank the one with the larger tie text wins, or the one with the smaller */
export function precedence(largerTieWins: boolean): Precedence {
  const sign = largerTieWins ? -1 : 1
  return (a, b) => {
    for (let i = 0; i < a.rank.length; i++) {
      const difference = (b.rank[i] ?? 0) - (a.rank[i] ?? 0)
      if (difference !== 0) return difference
    }
    if (a.tie !== b.tie) return a.tie < b.tie ? -sign : sign
    return a.number - b.number
  }
}
