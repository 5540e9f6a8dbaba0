import type { Route } from '@biplane/entities'
import { PersistentMap } from '../runtime/persistent-map.ts'
import { type CompiledRoute, compileRoute, type RouteRequest } from './compiled-route.ts'
import { type HostParts, splitHost } from './host.ts'
import { type Lengths, withLength, withoutLength } from './lengths.ts'
import {
  addRule,
  bestMatch,
  emptyPathTable,
  type PathMatch,
  type PathTable,
  removeRule,
} from './path-table.ts'

/**
 * Finds the route of a request. Immutable: a change gives a new router that shares all it can with the old one.
 * Rules stand in one table per host text as configured (`a.test`, `*.a.test`, '' for none); a request looks into the few
 * tables whose host text fits its own Host, and the rule of highest precedence among all that match wins.
 */
export class Router {
  readonly #routes: PersistentMap<CompiledRoute>
  readonly #tables: PersistentMap<PathTable>
  readonly #wildcards: Wildcards

  private constructor(
    routes: PersistentMap<CompiledRoute>,
    tables: PersistentMap<PathTable>,
    wildcards: Wildcards,
  ) {
    this.#routes = routes
    this.#tables = tables
    this.#wildcards = wildcards
  }

  static readonly empty = new Router(PersistentMap.empty(), PersistentMap.empty(), { left: [], right: [] })

  get size(): number {
    return this.#routes.size
  }

  match(request: RouteRequest): PathMatch | undefined {
    let best: PathMatch | undefined
    for (const text of this.#hostTexts(request)) {
      const table = this.#tables.get(text)
      if (table !== undefined) best = bestMatch(table, request, best)
    }
    return best
  }

  /** @throws SyntaxError when a path is not a regular expression though it says so */
  upsert(fields: Route): Router {
    const route = compileRoute(fields)
    const without = this.delete(fields.id)
    let tables = without.#tables
    let wildcards = without.#wildcards
    for (const host of route.hosts) {
      const table = tables.get(host)
      if (table === undefined) wildcards = changeWildcards(wildcards, host, withLength)
      tables = tables.set(host, route.rules.reduce(addRule, table ?? emptyPathTable))
    }
    return new Router(without.#routes.set(fields.id, route), tables, wildcards)
  }

  delete(id: string): Router {
    const route = this.#routes.get(id)
    if (route === undefined) return this
    let tables = this.#tables
    let wildcards = this.#wildcards
    for (const host of route.hosts) {
      const table = route.rules.reduce(removeRule, tables.get(host) ?? emptyPathTable)
      if (table.size === 0) wildcards = changeWildcards(wildcards, host, withoutLength)
      tables = table.size === 0 ? tables.delete(host) : tables.set(host, table)
    }
    return new Router(this.#routes.delete(id), tables, wildcards)
  }

  *#hostTexts({ host, scheme }: RouteRequest): Generator<string> {
    if (host !== undefined && host !== '') {
      const parts = splitHost(host, scheme)
      yield parts.raw
      if (parts.name !== parts.raw) yield parts.name
      yield* wildcardTexts(this.#wildcards, parts)
    }
    yield ''
  }
}

/** How long the configured wildcard texts are, the asterisk included. */
interface Wildcards {
  /** `*.example.com` */
  readonly left: Lengths
  /** `example.*` */
  readonly right: Lengths
}

function changeWildcards(
  wildcards: Wildcards,
  host: string,
  change: (lengths: Lengths, length: number) => Lengths,
): Wildcards {
  if (host.startsWith('*')) return { ...wildcards, left: change(wildcards.left, host.length) }
  if (host.endsWith('*')) return { ...wildcards, right: change(wildcards.right, host.length) }
  return wildcards
}

/** The wildcard texts that fit a host; an asterisk stands for one character or more. */
function* wildcardTexts({ left, right }: Wildcards, { name, withPort }: HostParts): Generator<string> {
  for (const { length } of left) {
    if (length <= name.length) yield `*${name.slice(name.length - length + 1)}`
    // A wildcard with a port is compared with the port in effect, sent or implied.
    if (length <= withPort.length) yield `*${withPort.slice(withPort.length - length + 1)}`
  }
  for (const { length } of right) if (length <= name.length) yield `${name.slice(0, length - 1)}*`
}
