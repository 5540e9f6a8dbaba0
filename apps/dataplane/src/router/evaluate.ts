import { isIP } from 'node:net'
import type { Expression, Test } from '@biplane/entities'
import { inRange } from './endpoints.ts'
import { toByteString } from './path.ts'
import { pathRegex } from './path-regex.ts'
import type { Captures, RouteRequest } from './route-request.ts'
import type { Evaluated } from './rule.ts'
import { headerValues } from './rule-set.ts'
import { sentHost } from './sent-host.ts'
import { isStream } from './stream-request.ts'

/** What of the path was taken while an expression was evaluated: by the last test of it that passed. */
interface Taken {
  matched: string | null
  captures?: Captures
}

type Holds = (request: RouteRequest, taken: Taken) => boolean

/** @throws SyntaxError when a regular expression is none that nodes can compile */
export function evaluator(expression: Expression): (request: RouteRequest) => Evaluated | undefined {
  const holds = compile(expression)
  return (request) => {
    const taken: Taken = { matched: null }
    return holds(request, taken) ? taken : undefined
  }
}

function compile(expression: Expression): Holds {
  if (expression.kind === 'test') return compileTest(expression)
  const parts = expression.of.map(compile)
  if (expression.kind === 'or') return (request, taken) => parts.some((holds) => holds(request, taken))
  return (request, taken) => {
    const before = { ...taken }
    if (parts.every((holds) => holds(request, taken))) return true
    taken.matched = before.matched
    if (before.captures === undefined) delete taken.captures
    else taken.captures = before.captures
    return false
  }
}

function compileTest(test: Test): Holds {
  const read = reader(test.field)
  const passes = comparison(test)
  const lowered = test.lower ? (value: string) => value.toLowerCase() : (value: string) => value
  return (request, taken) => {
    const values = read(request)
    if (values.length === 0) return false
    const pass = (value: string) => passes(lowered(value), taken)
    return test.any ? values.some(pass) : values.every(pass)
  }
}

/** The values of a field, all as text; none where the request has none. */
function reader(field: string): (request: RouteRequest) => readonly string[] {
  const read = requestReader(field)
  if (!field.startsWith('http.')) return read
  return (request) => (isStream(request) ? [] : read(request))
}

function requestReader(field: string): (request: RouteRequest) => readonly string[] {
  const [, group, name = ''] = /^http\.(headers|queries)\.(.+)$/.exec(field) ?? []
  if (group === 'headers') {
    const header = name.toLowerCase()
    return (request) => headerValues(request, header).map((value) => value.toLowerCase())
  }
  if (group === 'queries') return (request) => request.queryValues(name)
  return READERS[field] ?? (() => [])
}

const READERS: Readonly<Record<string, (request: RouteRequest) => readonly string[]>> = {
  'net.protocol': ({ scheme }) => [scheme],
  'tls.sni': ({ sni }) => known(sni),
  'http.method': ({ method }) => [method],
  'http.host': ({ host }) => (host === undefined ? [] : [sentHost(host).name]),
  'http.path': ({ path }) => [path],
  'net.port': ({ host }) => known(host === undefined ? null : sentHost(host).port),
  'net.src.ip': ({ source }) => address(source?.ip),
  'net.src.port': ({ source }) => known(source?.port),
  'net.dst.ip': ({ destination }) => address(destination?.ip),
  'net.dst.port': ({ destination }) => known(destination?.port),
}

function known(value: string | number | null | undefined): readonly string[] {
  return value === undefined || value === null ? [] : [String(value)]
}

/** What is no address is in no range, and out of none. */
function address(ip: string | undefined): readonly string[] {
  return ip === undefined || isIP(ip) === 0 ? [] : [ip]
}

/** Only what a prefix or a regular expression takes of a path can be stripped. */
function comparison({ field, operator, value }: Test): (actual: string, taken: Taken) => boolean {
  if (value.type === 'Int') return numberComparison(operator, value.number)
  if (value.type !== 'String') return addressComparison(operator, value.text)
  const text = toByteString(value.text)
  const isPath = field === 'http.path'
  switch (operator) {
    case '!=':
      return (actual) => actual !== text
    case '^=':
      return (actual, taken) => {
        if (!actual.startsWith(text)) return false
        if (isPath) taken.matched = text
        return true
      }
    case '=^':
      return (actual) => actual.endsWith(text)
    case 'contains':
      return (actual) => actual.includes(text)
    case '~':
      return regexComparison(value.text, isPath)
    default:
      return (actual) => actual === text
  }
}

function regexComparison(pattern: string, isPath: boolean): (actual: string, taken: Taken) => boolean {
  const regex = pathRegex(pattern, 'characters', false)
  return (actual, taken) => {
    const found = regex.match(actual)
    if (found === undefined) return false
    if (isPath) taken.matched = found.matched
    if (found.captures !== undefined) taken.captures = found.captures
    return true
  }
}

function numberComparison(operator: Test['operator'], number: bigint): (actual: string) => boolean {
  switch (operator) {
    case '!=':
      return (actual) => BigInt(actual) !== number
    case '>':
      return (actual) => BigInt(actual) > number
    case '>=':
      return (actual) => BigInt(actual) >= number
    case '<':
      return (actual) => BigInt(actual) < number
    case '<=':
      return (actual) => BigInt(actual) <= number
    default:
      return (actual) => BigInt(actual) === number
  }
}

function addressComparison(operator: Test['operator'], text: string): (actual: string) => boolean {
  const isIn = inRange(text)
  const isNegative = operator === '!=' || operator === 'not in'
  return (actual) => isIn(actual) !== isNegative
}
