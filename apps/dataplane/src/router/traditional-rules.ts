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
import { hasPort } from './host.ts'
import { noExpression } from './other-flavor.ts'
import { toByteString } from './path.ts'
import { pathRegex } from './path-regex.ts'
import type { CompiledRoute, PathCondition, Rule } from './rule.ts'

/** The attributes of a rule, or those that a request has something of: more of them count more, and then the larger number. */
export const HOST = 64
export const HEADER = 32
export const PATH = 16
export const METHOD = 8
export const SNI_BIT = 4

export interface TraditionalRule extends Rule {
  /** Which attributes its route has. */
  readonly attributes: number
  readonly headers: readonly string[]
  readonly methods: readonly string[]
  readonly snis: readonly string[]
  /** Its path as configured, without what marks a regular expression; null when it has none. */
  readonly pathText: string | null
}

/** @throws SyntaxError when a regular expression is none */
export function traditionalRoute(
  fields: Route,
): CompiledRoute & { readonly rules: readonly TraditionalRule[] } {
  if (fields.expression !== undefined && fields.expression !== null) throw noExpression()
  const rules: TraditionalRule[] = []
  const route = { fields, pathHandling: fields.path_handling ?? 'v0', rules }
  const conditions = headerEntries(fields).map(toHeaderCondition)
  const { accepts, sign } = conditionsOf(fields, conditions)
  const shared = {
    ...{ route, tie: fields.id, accepts, sign, hosts: hostsOf(fields) },
    headers: conditions.map(({ name }) => name),
    methods: listOf(fields.methods),
    snis: listOf(fields.snis).map((sni) => sni.replace(/(?<=.)\.$/, '')),
    attributes: attributesOf(fields),
  }
  for (const [number, text] of pathsOf(fields).entries()) {
    const path = toPath(text)
    const pathText = text === null ? null : path.kind === 'regex' ? path.regex.source : toByteString(text)
    rules.push({ ...shared, number, path, pathText, rank: rankOf(fields, path) })
  }
  return route
}

/** A single value that begins so is a pattern, and besides a value of its own. */
function toHeaderCondition([name, values]: readonly [string, readonly string[]]): HeaderCondition {
  const [only = ''] = values
  const isPattern = values.length === 1 && only.startsWith('~*')
  return {
    name,
    values: new Set(values.map((value) => value.toLowerCase())),
    patterns: isPattern ? [headerPattern(only.slice(2))] : [],
  }
}

function toPath(text: string | null): PathCondition {
  if (text === null) return { kind: 'prefix', text: '', isCondition: false }
  if (text.startsWith('~')) return { kind: 'regex', regex: pathRegex(text.slice(1), 'bytes', true) }
  return { kind: 'prefix', text: toByteString(text), isCondition: true }
}

function attributesOf(fields: Route): number {
  const bits: readonly (readonly [number, number])[] = [
    [HOST, listOf(fields.hosts).length],
    [HEADER, Object.keys(fields.headers ?? {}).length],
    [PATH, listOf(fields.paths).length],
    [METHOD, listOf(fields.methods).length],
    [SNI_BIT, listOf(fields.snis).length],
  ]
  return bits.reduce((sum, [bit, count]) => (count > 0 ? sum + bit : sum), 0)
}

/** The order within one set of attributes; the older route before the younger one. */
function rankOf(fields: Route, path: PathCondition): readonly number[] {
  const hosts = listOf(fields.hosts)
  const wildcards = hosts.filter((host) => host.includes('*'))
  const isRegex = path.kind === 'regex'
  return [
    (wildcards.some(hasPort) ? 4 : 0) +
      (hosts.length > 0 && wildcards.length === 0 ? 2 : 0) +
      (isRegex ? 1 : 0),
    Object.keys(fields.headers ?? {}).length,
    isRegex ? (fields.regex_priority ?? 0) : 0,
    path.kind === 'prefix' ? path.text.length : 0,
    -fields.created_at,
  ]
}
