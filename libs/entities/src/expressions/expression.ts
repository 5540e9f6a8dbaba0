/** What of requests a route by expression matches: tests of their fields, all or one of which must hold. */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Expression[] }
  | ({ readonly kind: 'test' } & Test)

export interface Test {
  /** `http.path`, `http.headers.x_name` … */
  readonly field: string
  /** Whether the value is compared in lower case. */
  readonly lower: boolean
  /** Whether one value of several is enough; else all must pass, and there must be one. */
  readonly any: boolean
  readonly operator: Operator
  readonly value: Value
}

export const OPERATORS = [
  '==',
  '!=',
  '~',
  '^=',
  '=^',
  '>=',
  '>',
  '<=',
  '<',
  'in',
  'not in',
  'contains',
] as const
export type Operator = (typeof OPERATORS)[number]

export type Value =
  | { readonly type: 'String'; readonly text: string }
  | { readonly type: 'Int'; readonly number: bigint }
  | { readonly type: 'IpAddr' | 'IpCidr'; readonly text: string }

/** The tests of an expression, from left to right. */
export function testsOf(expression: Expression): readonly Test[] {
  const tests: Test[] = []
  const open = [expression]
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (one.kind === 'test') tests.push(one)
    else open.push(...one.of.toReversed())
  }
  return tests
}
