import type { Route, RouterFlavor } from '@biplane/entities'
import { PersistentMap } from '../runtime/persistent-map.ts'
import type { Flavor, Matcher } from './flavor.ts'
import { routerFlavors } from './flavors.ts'
import type { PathMatch, RouteRequest } from './route-request.ts'
import type { CompiledRoute } from './rule.ts'
import { streamFlavors } from './stream-flavors.ts'

/** Finds the route of a request, or of a stream. Immutable: a change gives a new router that shares all it can with the old one. */
export class Router {
  readonly #flavor: Flavor
  readonly #routes: PersistentMap<CompiledRoute>
  readonly #matcher: Matcher

  private constructor(flavor: Flavor, routes: PersistentMap<CompiledRoute>, matcher: Matcher) {
    this.#flavor = flavor
    this.#routes = routes
    this.#matcher = matcher
  }

  /** For routes of requests. */
  static of(name: RouterFlavor): Router {
    return Router.#empty(routerFlavors[name])
  }

  /** For routes of streams, which match nothing of HTTP. */
  static ofStreams(name: RouterFlavor): Router {
    return Router.#empty(streamFlavors[name])
  }

  static #empty(flavor: Flavor): Router {
    return new Router(flavor, PersistentMap.empty(), flavor.empty)
  }

  get size(): number {
    return this.#routes.size
  }

  match(request: RouteRequest): PathMatch | undefined {
    return this.#matcher.match(request)
  }

  /**
   * @throws SyntaxError for a regular expression or an expression that is none
   * @throws UnfitRoute for a route that only another flavour understands
   */
  upsert(fields: Route): Router {
    const route = this.#flavor.compile(fields)
    const without = this.delete(fields.id)
    const matcher = route.rules.reduce((all, rule) => all.with(rule), without.#matcher)
    return new Router(this.#flavor, without.#routes.set(fields.id, route), matcher)
  }

  delete(id: string): Router {
    const route = this.#routes.get(id)
    if (route === undefined) return this
    const matcher = route.rules.reduce((all, rule) => all.without(rule), this.#matcher)
    return new Router(this.#flavor, this.#routes.delete(id), matcher)
  }
}
