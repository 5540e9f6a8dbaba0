import { pcreToRegExp, type Route } from '@biplane/entities'
import { toByteString } from './path.ts'

/** A request as the router sees it: no transport, no body. */
export interface RouteRequest {
  readonly method: string
  /** The raw Host value; undefined when there is none. */
  readonly host: string | undefined
  /** Normalised, as a string of bytes. */
  readonly path: string
  readonly scheme: 'http' | 'https'
  /** The TLS server name, if any. */
  readonly sni?: string | undefined
  /** The values of all headers of this lower-case name. */
  headerValues(name: string): readonly string[]
}

/** A route made ready for matching. One rule per path, as a long path of a route can win while a short one loses. */
export interface CompiledRoute {
  readonly fields: Route
  /** Host texts as configured; [''] for a route without hosts. */
  readonly hosts: readonly string[]
  readonly rules: readonly Rule[]
}

export interface Rule {
  readonly route: CompiledRoute
  /** Where a request's path must begin: a text, or a regular expression; null for a route without paths. */
  readonly path: PathPattern | null
  /** What decides between rules that match, most important first; the larger number wins. */
  readonly rank: readonly number[]
  /** Whether the route's conditions other than host and path hold. */
  readonly accepts: (request: RouteRequest) => boolean
}

export type PathPattern =
  | { readonly kind: 'prefix'; readonly text: string }
  | { readonly kind: 'regex'; readonly source: string; readonly regex: RegExp }

/** @throws SyntaxError when a regular expression is not one */
export function compileRoute(fields: Route): CompiledRoute {
  const patterns = [...new Set(fields.paths)].map(compilePath)
  const accepts = compileConditions(fields)
  const rules: Rule[] = []
  const route: CompiledRoute = { fields, hosts: orNone([...new Set(fields.hosts)]) ?? [''], rules }
  for (const path of patterns.length === 0 ? [null] : patterns)
    rules.push({ route, path, rank: rankOf(fields, path), accepts })
  return route
}

/** In the dialect that the control plane checked it in, over strings of bytes. */
function toRegex(pattern: string, prefix: string): RegExp {
  const { source, flags } = pcreToRegExp(toByteString(pattern))
  return new RegExp(`${prefix}(?:${source})`, flags)
}

function compilePath(path: string): PathPattern {
  if (!path.startsWith('~')) return { kind: 'prefix', text: toByteString(path) }
  return { kind: 'regex', source: path, regex: toRegex(path.slice(1), '^') }
}

/** Empty lists are no condition. */
function orNone<T>(list: readonly T[] | null): readonly T[] | null {
  return list === null || list.length === 0 ? null : list
}

/**
 * Kong's default precedence: the number of attributes; hosts without wildcard; the number of header conditions; regular
 * expressions before prefixes; regex_priority; the longer prefix. Ties are broken by age and id, see `outranks`.
 */
function rankOf(fields: Route, path: PathPattern | null): readonly number[] {
  const hosts = orNone(fields.hosts)
  const headers = Object.keys(fields.headers ?? {}).length
  const attributes = [hosts, orNone(fields.paths), orNone(fields.methods), orNone(fields.snis)]
  return [
    attributes.filter((attribute) => attribute !== null).length + (headers > 0 ? 1 : 0),
    hosts?.every((host) => !host.includes('*')) ? 1 : 0,
    headers,
    path?.kind === 'regex' ? 1 : 0,
    path?.kind === 'regex' ? (fields.regex_priority ?? 0) : 0,
    path?.kind === 'prefix' ? path.text.length : 0,
  ]
}

function compileConditions(fields: Route): (request: RouteRequest) => boolean {
  const methods = orNone(fields.methods)
  const snis = orNone(fields.snis)?.map((sni) => sni.replace(/\.$/, ''))
  const headers = Object.entries(fields.headers ?? {}).map(([name, values]) => compileHeader(name, values))
  return (request) =>
    (methods === null || methods.includes(request.method)) &&
    // An SNI condition holds on plain http, so that an https-only route can answer with a redirect.
    (snis === undefined || request.scheme === 'http' || snis.includes(request.sni ?? '')) &&
    headers.every((holds) => holds(request))
}

function compileHeader(name: string, values: readonly string[]): (request: RouteRequest) => boolean {
  const wanted = new Set(values.map((value) => value.toLowerCase()))
  const [only] = values
  const regex = values.length === 1 && only?.startsWith('~*') ? toRegex(only.slice(2), '') : undefined
  const lower = name.toLowerCase()
  const names = [...new Set([lower, lower.replaceAll('_', '-')])]
  return (request) =>
    names.some((known) =>
      request
        .headerValues(known)
        .map((value) => value.toLowerCase())
        .some((value) => wanted.has(value) || regex?.test(value)),
    )
}
