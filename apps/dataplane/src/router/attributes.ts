import { BoundedRegex, pcreToRegExp, type Route } from '@biplane/entities'
import { UnfitRoute } from './flavor.ts'
import { toByteString } from './path.ts'
import type { RouteRequest } from './route-request.ts'
import type { Sign } from './rule.ts'
import { headerValues, METHOD_SIGN, SNI } from './rule-set.ts'

/** What of a route's attributes other than hosts and paths is asked of requests. */
export interface Conditions {
  readonly accepts: (request: RouteRequest) => boolean
  readonly sign: Sign | null
}

/** Empty lists are no condition. */
export function listOf<T>(list: readonly T[] | null): readonly T[] {
  return list ?? []
}

/** Values in lower case, and patterns of which one may match any part of a value in lower case. */
export interface HeaderCondition {
  readonly name: string
  readonly values: ReadonlySet<string>
  readonly patterns: readonly BoundedRegex[]
}

export function conditionsOf(fields: Route, headers: readonly HeaderCondition[]): Conditions {
  const methods = listOf(fields.methods)
  const snis = listOf(fields.snis).map((sni) => (sni.length > 1 ? sni.replace(/\.$/, '') : sni))
  return {
    sign: signOf(headers, snis, methods),
    accepts: (request) =>
      (methods.length === 0 || methods.includes(request.method)) &&
      // An SNI condition holds on plain http, so that an https-only route can answer with a redirect.
      (snis.length === 0 || request.scheme === 'http' || snis.includes(request.sni ?? '')) &&
      headers.every((condition) => holds(condition, request)),
  }
}

/** Headers tell routes apart best, when their values are known; methods least. */
function signOf(
  headers: readonly HeaderCondition[],
  snis: readonly string[],
  methods: readonly string[],
): Sign | null {
  const known = headers.find(({ patterns }) => patterns.length === 0)
  if (known !== undefined) return { name: known.name, values: [...known.values] }
  if (snis.length > 0) return { name: SNI, values: snis }
  return methods.length > 0 ? { name: METHOD_SIGN, values: methods } : null
}

function holds({ name, values, patterns }: HeaderCondition, request: RouteRequest): boolean {
  for (const value of headerValues(request, name)) {
    const lower = value.toLowerCase()
    if (values.has(lower) || patterns.some((pattern) => pattern.exec(lower) !== null)) return true
  }
  return false
}

/** @throws UnfitRoute when it is not a regular expression */
export function headerPattern(pattern: string): BoundedRegex {
  try {
    const regex = new BoundedRegex(pcreToRegExp(toByteString(pattern)))
    regex.prepare()
    return regex
  } catch (error) {
    if (error instanceof SyntaxError) throw new UnfitRoute('headers', error.message)
    throw error
  }
}

export function headerEntries(fields: Route): readonly (readonly [string, readonly string[]])[] {
  return Object.entries(fields.headers ?? {}).map(([name, values]) => [name.toLowerCase(), values])
}

/** The paths of a route, each once; null stands for there being none. */
export function pathsOf(fields: Route): readonly (string | null)[] {
  const paths = [...new Set(listOf(fields.paths))]
  return paths.length === 0 ? [null] : paths
}

export function hostsOf(fields: Route): readonly string[] {
  const hosts = [...new Set(listOf(fields.hosts))]
  return hosts.length === 0 ? [''] : hosts
}
