import { describe, expect, it } from 'vitest'
import { harmIn } from '../backtracking/harm.ts'
import { aWrite } from '../fixtures/context.ts'
import { validate } from '../validate.ts'
import { expressionRoute } from './expression-route.ts'

describe('a route by expression', () => {
  it('needs one, and has a priority', () => {
    expect(validate(expressionRoute, {}, aWrite())).toEqual({
      errors: { expression: 'required field missing' },
    })
    expect(validate(expressionRoute, { expression: 'http.path ^= "/"' }, aWrite())).toMatchObject({
      entity: { expression: 'http.path ^= "/"', priority: 0, protocols: ['http', 'https'], strip_path: true },
    })
  })

  it('has no attributes beside it', () => {
    expect(validate(expressionRoute, { expression: 'http.path ^= "/"', paths: ['/'] }, aWrite())).toEqual({
      errors: { paths: 'unknown field' },
    })
  })

  it.each([
    [
      'http.path',
      'Router Expression failed validation:  --> 1:10\n  |\n1 | http.path\n  |          ^---\n  |\n  = expected binary_operator',
    ],
    ['net.foo == 1', 'Router Expression failed validation: Unknown LHS field'],
  ])('is told what is wrong with %s', (expression, message) => {
    expect(validate(expressionRoute, { expression }, aWrite())).toEqual({ errors: { '@entity': [message] } })
  })

  it('is refused where nodes would take too long', () => {
    const harm = harmIn(expressionRoute.fields, { expression: 'http.path ~ "^(a+)+$"' })
    expect(harm?.expression).toContain('exponential')
  })
})
