import { describe, expect, it } from 'vitest'
import { expressionHarm, expressionProblem } from './check.ts'
import { parseExpression } from './parse.ts'

describe('expressionProblem', () => {
  it.each([
    'http.path ^= "/a"',
    'http.path == "/a" && (net.protocol == "https" || any(http.headers.x_v) == "1")',
    'lower(http.path) =^ ".png"',
    'any(lower(http.queries.q)) != ""',
    'http.path ~ r#"^/v\\d+"#',
    'http.path ~ "^/v\\\\d+"',
    'net.src.ip in 192.168.0.0/16 && net.src.ip not   in fd00::/8',
    'net.dst.ip == ::1',
    'net.port >= 8000 && net.dst.port < 0x2000 && net.src.port != -1',
    'http.host contains "test"',
    'tls.sni == "a\\"b\\\\"',
  ])('finds none in %s', (text) => {
    expect(expressionProblem(text)).toBeUndefined()
  })

  it.each([
    ['net.foo == 1', 'Unknown LHS field'],
    ['http.headers. == "a"', 'Unknown LHS field'],
    ['http.path == 1', 'Type mismatch between the LHS and RHS values of predicate'],
    ['lower(net.port) == 1', 'lower-case transformation function only supported with String type fields'],
    ['net.port ~ "1"', 'Regex operators only supports string operands'],
    ['net.port ^= 1', 'Regex/Prefix/Postfix operators only supports string operands'],
    ['net.src.ip in 10.0.0.1', 'In/NotIn operators only supports IP in CIDR'],
    ['http.path in "a"', 'In/NotIn operators only supports IP in CIDR'],
    ['net.src.ip == 10.0.0.0/8', 'Type mismatch between the LHS and RHS values of predicate'],
    ['net.port contains 1', 'Contains operator only supports string operands'],
  ])('of %s says: %s', (text, problem) => {
    expect(expressionProblem(text)).toBe(problem)
  })

  it.each([
    ['! a == 1', 1, 'expected term'],
    ['', 1, 'expected term'],
    ['http.path', 10, 'expected binary_operator'],
    ['http.path ==', 13, 'expected rhs'],
    ['http.path == "/a" http.method == "GET"', 19, 'expected EOI, and_op, or or_op'],
    ['(http.path == "/a"', 19, 'expected and_op or or_op'],
    ['http.path == "a\\x"', 14, 'expected rhs'],
    ['upper(http.path) == "A"', 1, 'unknown transformation function: upper'],
    ['http.path ~ "["', 1, 'missing terminating ] for character class'],
    ['net.src.ip == 1.2.3.400', 15, 'invalid IP address syntax'],
    ['net.src.ip in fd00::/200', 15, 'invalid CIDR syntax'],
    ['net.port == 99999999999999999999', 13, 'number too large'],
    [`${'('.repeat(300)}http.path == "a"${')'.repeat(300)}`, 201, 'too many parentheses'],
  ])('shows where %s goes wrong', (text, column, why) => {
    const problem = expressionProblem(text) ?? ''
    expect(problem.split('\n')[0]).toBe(` --> 1:${column}`)
    expect(problem.split('\n').at(-1)).toContain(why)
  })

  it('shows the line as Kong does', () => {
    expect(expressionProblem('http.path == "/a"\n&& ! http.host == "b"')).toBe(
      ' --> 2:4\n  |\n2 | && ! http.host == "b"\n  |    ^---\n  |\n  = expected term',
    )
  })
})

describe('parseExpression', () => {
  it('reads && and || from left to right', () => {
    const a = (text: string) => parseExpression(text)
    expect(a('http.path == "a" || http.path == "b" && http.path == "c"')).toEqual(
      a('(http.path == "a" || http.path == "b") && http.path == "c"'),
    )
  })
})

describe('expressionHarm', () => {
  it('finds what takes exponential time', () => {
    expect(expressionHarm('http.path ~ "^(a+)+$"')).toContain('exponential')
    expect(expressionHarm('http.path ~ "^/a+$"')).toBeUndefined()
  })
})
