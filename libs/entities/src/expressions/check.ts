import { patternProblem } from '../backtracking/pattern-problem.ts'
import { type Expression, type Test, testsOf } from './expression.ts'
import { parseExpression } from './parse.ts'
import { ExpressionError } from './scanner.ts'

/** What is wrong with the text of an expression, in Kong's words, or nothing. */
export function expressionProblem(text: string): string | undefined {
  const expression = parsed(text)
  if (typeof expression === 'string') return expression
  for (const test of testsOf(expression)) {
    const problem = testProblem(test)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** Of a valid expression: what nodes would take too long to match. */
export function expressionHarm(text: string): string | undefined {
  const expression = parsed(text)
  if (typeof expression === 'string') return undefined
  for (const { operator, value } of testsOf(expression)) {
    const harm =
      operator === '~' && value.type === 'String' ? patternProblem(value.text, 'anywhere') : undefined
    if (harm !== undefined) return harm
  }
  return undefined
}

function parsed(text: string): Expression | string {
  try {
    return parseExpression(text)
  } catch (error) {
    // The parser's answer to what a user wrote: an expected outcome, told where it was found.
    if (error instanceof ExpressionError) return error.message
    throw error
  }
}

type Type = 'String' | 'Int' | 'IpAddr'

const TYPES: Readonly<Record<string, Type>> = {
  'net.protocol': 'String',
  'tls.sni': 'String',
  'http.method': 'String',
  'http.host': 'String',
  'http.path': 'String',
  'net.port': 'Int',
  'net.src.port': 'Int',
  'net.dst.port': 'Int',
  'net.src.ip': 'IpAddr',
  'net.dst.ip': 'IpAddr',
}

function typeOf(field: string): Type | undefined {
  return /^http\.(?:headers|queries)\../.test(field) ? 'String' : TYPES[field]
}

function testProblem({ field, lower, operator, value }: Test): string | undefined {
  const type = typeOf(field)
  if (type === undefined) return 'Unknown LHS field'
  if (!['~', 'in', 'not in'].includes(operator) && type !== value.type)
    return 'Type mismatch between the LHS and RHS values of predicate'
  if (lower && type !== 'String')
    return 'lower-case transformation function only supported with String type fields'
  switch (operator) {
    case '==':
    case '!=':
      return undefined
    case '~':
      return type === 'String' ? undefined : 'Regex operators only supports string operands'
    case '^=':
    case '=^':
      return type === 'String' ? undefined : 'Regex/Prefix/Postfix operators only supports string operands'
    case '>':
    case '>=':
    case '<':
    case '<=':
      return type === 'Int'
        ? undefined
        : 'Greater/GreaterOrEqual/Lesser/LesserOrEqual operators only supports integer operands'
    case 'in':
    case 'not in':
      return type === 'IpAddr' && value.type === 'IpCidr'
        ? undefined
        : 'In/NotIn operators only supports IP in CIDR'
    case 'contains':
      return type === 'String' ? undefined : 'Contains operator only supports string operands'
  }
}
