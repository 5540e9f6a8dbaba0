import { createHash } from 'node:crypto'
import type { Route } from '@biplane/entities'
import {
  conditionsOf,
  type HeaderCondition,
  headerEntries,
  headerPattern,
  hostsOf,
  listOf,
  pathsOf,
} from './attributes.ts'
import type { Flavor, Matcher } from './flavor.ts'
import { noExpression } from './other-flavor.ts'
import { toByteString } from './path.ts'
import { isUtf8, pathRegex } from './path-regex.ts'
import type { PathMatch, RouteRequest } from './route-request.ts'
import { type CompiledRoute, type PathCondition, precedence, type Rule } from './rule.ts'
import { AskedRegexes, RuleIndex, type Wildcards } from './rule-index.ts'
import { sentHost } from './sent-host.ts'

/** Kong's default: routes as expressions with a priority each, of which the highest that matches wins. */
export const compatible: Flavor = {
  get empty() {
    return new RankedMatcher(RuleIndex.empty(precedence(true)))
  },
  compile,
}

/** One order for all rules, by rank and then by the larger id, as Kong's Rust library keeps them. */
export class RankedMatcher implements Matcher {
  readonly #index: RuleIndex

  constructor(index: RuleIndex) {
    this.#index = index
  }

  match(request: RouteRequest): PathMatch | undefined {
    // Kong's library takes no text that is not UTF-8, and finds no route then.
    if (!isUtf8(request.path)) return undefined
    const hosts = hostTexts(request, this.#index.wildcards)
    return this.#index.best(request, hosts, new AskedRegexes(request.path))
  }

  with(rule: Rule): RankedMatcher {
    return new RankedMatcher(this.#index.with(rule))
  }

  without(rule: Rule): RankedMatcher {
    return new RankedMatcher(this.#index.without(rule))
  }
}

/** The host texts under which the rules for a request stand. A port counts only when it was sent. */
function hostTexts({ host }: RouteRequest, { left, right }: Wildcards): readonly string[] {
  if (host === undefined || host === '') return ['']
  const { name, port } = sentHost(host)
  const texts = [name]
  for (const { length } of left) {
    const suffix = length - 1
    if (suffix <= name.length) texts.push(`*${name.slice(name.length - suffix)}`)
    if (port !== null) {
      const own = suffix - port.length - 1
      if (own >= 0 && own <= name.length) texts.push(`*${name.slice(name.length - own)}:${port}`)
    }
  }
  for (const { length } of right) {
    if (length - 1 > name.length) continue
    texts.push(`${name.slice(0, length - 1)}*`)
    if (port !== null) texts.push(`${name.slice(0, length - 1)}*:${port}`)
  }
  if (port !== null) texts.push(`${name}:${port}`)
  texts.push('')
  return texts
}

/** Kong counts at most as many headers. */
const MOST_HEADERS = 255
/** Of a prefix, at most so much of its length. */
const LONGEST = 0x7ffff

/** @throws SyntaxError when a regular expression is none */
function compile(fields: Route): CompiledRoute {
  if (fields.expression !== undefined && fields.expression !== null) throw noExpression()
  const rules: Rule[] = []
  const route: CompiledRoute = { fields, pathHandling: 'v0', rules }
  const { accepts, sign } = conditionsOf(fields, headerEntries(fields).map(toHeaderCondition))
  const hosts = hostsOf(fields).map((host) => (host === '' ? '' : normalHost(host)))
  const paths = pathsOf(fields)
  const ties = tiesOf(fields.id, paths)
  for (const [number, text] of paths.entries()) {
    const path = toPath(text)
    const tie = ties(text)
    rules.push({ route, rank: rankOf(fields, path), tie, number, hosts, path, sign, accepts })
  }
  return route
}

function toHeaderCondition([name, values]: readonly [string, readonly string[]]): HeaderCondition {
  const isPattern = (value: string) => value.startsWith('~*')
  return {
    name: name.replaceAll('-', '_'),
    values: new Set(values.filter((value) => !isPattern(value)).map((value) => value.toLowerCase())),
    patterns: values.filter(isPattern).map((value) => headerPattern(value.slice(2).toLowerCase())),
  }
}

function normalHost(text: string): string {
  const { name, port } = sentHost(text)
  return port === null ? name : `${name}:${port}`
}

function toPath(text: string | null): PathCondition {
  if (text === null) return { kind: 'prefix', text: '', isCondition: false }
  if (text.startsWith('~')) return { kind: 'regex', regex: pathRegex(text.slice(1), 'characters', true) }
  return { kind: 'prefix', text: toByteString(text), isCondition: true }
}

/** The fields of Kong's priority, from the highest bits down. */
function rankOf(fields: Route, path: PathCondition): readonly number[] {
  const hosts = listOf(fields.hosts)
  const headers = Math.min(Object.keys(fields.headers ?? {}).length, MOST_HEADERS)
  const attributes = [hosts, listOf(fields.paths), listOf(fields.methods), listOf(fields.snis)]
  return [
    attributes.filter(({ length }) => length > 0).length + (headers > 0 ? 1 : 0),
    hosts.length > 0 && hosts.every((host) => !host.includes('*')) ? 1 : 0,
    headers,
    path.kind === 'regex' ? 1 : 0,
    path.kind === 'regex' ? (fields.regex_priority ?? 0) : 0,
    path.kind === 'prefix' ? Math.min(path.text.length, LONGEST) : 0,
  ]
}

/**
 * The ids by which Kong orders what is of one priority. It splits a route of several paths into one for all its regular
 * expressions and one for each length of prefix, with ids of their own.
 */
function tiesOf(id: string, paths: readonly (string | null)[]): (path: string | null) => string {
  const groupOf = (path: string | null) =>
    path === null ? '' : path.startsWith('~') ? 'true' : String(Buffer.byteLength(path))
  return (path) => (paths.length === 1 ? id : uuidOf(`${id}#${groupOf(path)}`))
}

const NAMESPACE = Buffer.from('7f145bf90dce4f9198ebdebbce4b9f6b', 'hex')

/** RFC 9562: a UUID of version 5. */
function uuidOf(name: string): string {
  const digest = createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16)
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80
  return digest.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
