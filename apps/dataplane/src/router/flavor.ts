import type { Route } from '@biplane/entities'
import type { PathMatch, RouteRequest } from './route-request.ts'
import type { CompiledRoute, Rule } from './rule.ts'

/** A way to say which of the rules that match wins, and how routes become rules. Immutable: a change gives a new one. */
export interface Matcher {
  match(request: RouteRequest): PathMatch | undefined
  with(rule: Rule): Matcher
  /** The rule is known to be there. */
  without(rule: Rule): Matcher
}

export interface Flavor {
  readonly empty: Matcher
  /** @throws SyntaxError for what nodes cannot compile, UnfitRoute for a route that belongs to another flavour, or what is wrong elsewhere than in its paths */
  compile(fields: Route): CompiledRoute
}

/** A route that says in another flavour's words what it matches, or with a pattern for a header that is none. */
export class UnfitRoute extends Error {
  override readonly name = 'UnfitRoute'
  readonly field: string

  constructor(field: string, message: string) {
    super(message)
    this.field = field
  }
}
