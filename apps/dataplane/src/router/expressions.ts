import {
  type Expression,
  ExpressionError,
  expressionProblem,
  parseExpression,
  type Route,
} from '@biplane/entities'
import { RankedMatcher } from './compatible.ts'
import { evaluator } from './evaluate.ts'
import { needsOf } from './expression-needs.ts'
import type { Flavor } from './flavor.ts'
import { expressionMissing } from './other-flavor.ts'
import type { RouteRequest } from './route-request.ts'
import { type CompiledRoute, precedence, type Rule } from './rule.ts'
import { RuleIndex } from './rule-index.ts'

/** Routes that say in Kong's ATC language what they match, with a priority each, of which the highest that matches wins. */
export const expressions: Flavor = {
  get empty() {
    return new RankedMatcher(RuleIndex.empty(precedence(true)))
  },
  compile: (fields) => expressionRoute(fields, protocolTest(fields.protocols)),
}

/** A route stands in the index under each of its hosts with each of its paths, up to so many; then by its hosts alone. */
const MOST_PLACES = 10_000

/**
 * @param accepts what is asked beside the expression
 * @throws SyntaxError for what is no expression
 */
export function expressionRoute(fields: Route, accepts: Rule['accepts']): CompiledRoute {
  const { expression: text } = fields
  if (typeof text !== 'string') throw expressionMissing()
  const expression = parsed(text)
  const { hosts, paths, sign } = needsOf(expression)
  const isHuge = (hosts?.length ?? 1) * (paths?.length ?? 1) > MOST_PLACES
  const rules: Rule[] = []
  const route: CompiledRoute = { fields, pathHandling: 'v0', rules }
  rules.push({
    ...{ route, tie: fields.id, number: 0, rank: [fields.priority ?? 0] },
    ...{ hosts: hosts ?? [''], sign, accepts },
    path: { kind: 'expression', prefixes: (isHuge ? null : paths) ?? [''], evaluate: evaluator(expression) },
  })
  return route
}

function parsed(text: string): Expression {
  const problem = expressionProblem(text)
  if (problem !== undefined) throw new SyntaxError(problem)
  try {
    return parseExpression(text)
  } catch (error) {
    if (error instanceof ExpressionError) throw new SyntaxError(error.message, { cause: error })
    throw error
  }
}

/** An https-only route is matched on plain http too, so that it can answer with a redirect. */
export function protocolTest(protocols: readonly string[]): (request: RouteRequest) => boolean {
  const [only] = protocols
  if (protocols.length === 1 && (only === 'https' || only === 'tls' || only === 'tls_passthrough'))
    return () => true
  const schemes = new Set(protocols.map((protocol) => SCHEMES[protocol] ?? protocol))
  return ({ scheme }) => schemes.has(scheme)
}

const SCHEMES: Readonly<Record<string, string>> = {
  grpc: 'http',
  grpcs: 'https',
  tls_passthrough: 'tcp',
}
