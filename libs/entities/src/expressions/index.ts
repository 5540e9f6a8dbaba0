export { expressionHarm, expressionProblem } from './check.ts'
export { type Expression, type Operator, type Test, testsOf, type Value } from './expression.ts'
export { parseExpression } from './parse.ts'
export { ExpressionError } from './scanner.ts'
