import { regexProblem } from '../pcre.ts'
import { type Expression, OPERATORS, type Operator, type Test, type Value } from './expression.ts'
import { Scanner } from './scanner.ts'

/**
 * Kong's ATC language, as of Kong 3.4. `&&` and `||` bind equally and are read from left to right: `a || b && c` is
 * `(a || b) && c`.
 *
 * @throws ExpressionError
 */
export function parseExpression(text: string): Expression {
  const scanner = new Scanner(text)
  const expression = logical(scanner, { depth: 0, left: { tests: MOST_TESTS, turns: MOST_TURNS } })
  if (!scanner.isAtEnd) scanner.expected('EOI', 'and_op', 'or_op')
  return expression
}

/** What is deeper would take the room of the stack; nobody writes it. */
const DEEPEST = 200
/** From `&&` to `||` or back, which goes deeper each time. */
const MOST_TURNS = 1000
const MOST_TESTS = 10_000

interface Room {
  readonly depth: number
  /** Of the whole expression. */
  readonly left: { tests: number; turns: number }
}

function logical(scanner: Scanner, room: Room): Expression {
  const first = term(scanner, room)
  let kind: 'and' | 'or' | undefined
  let of: Expression[] = []
  for (let sign = scanner.take(SIGN); sign !== undefined; sign = scanner.take(SIGN)) {
    const next = sign[0] === '&&' ? 'and' : 'or'
    if (kind === undefined) of = first.kind === next ? [...first.of] : [first]
    else if (kind !== next) of = [{ kind, of }]
    if (kind !== undefined && kind !== next && --room.left.turns < 0)
      scanner.refuse(scanner.at, 'too many changes between && and ||')
    kind = next
    of.push(term(scanner, room))
  }
  return kind === undefined ? first : { kind, of }
}

const SIGN = /&&|\|\|/y

function term(scanner: Scanner, room: Room): Expression {
  const from = scanner.at
  if (scanner.take(/\(/y) === undefined) {
    if (--room.left.tests < 0) scanner.refuse(from, 'too many tests')
    return { kind: 'test', ...test(scanner) }
  }
  if (room.depth === DEEPEST) scanner.refuse(from, 'too many parentheses inside of each other')
  const inner = logical(scanner, { ...room, depth: room.depth + 1 })
  if (scanner.take(/\)/y) === undefined) scanner.expected('and_op', 'or_op')
  return inner
}

const IDENT = /[A-Za-z][A-Za-z0-9_.]*/y
/** The longer of two that begin alike comes first. */
const OPERATOR = /==|!=|~|\^=|=\^|>=|>|<=|<|in|not\s+in|contains/y

function test(scanner: Scanner): Test {
  const from = scanner.at
  const left = subject(scanner, from)
  const operator = scanner.take(OPERATOR)?.[0].replace(/\s+/, ' ')
  if (operator === undefined) return scanner.expected('binary_operator')
  const value = literal(scanner)
  if (operator === '~') checkRegex(scanner, from, value)
  return {
    ...left,
    operator: OPERATORS.find((known) => known === operator) ?? ('==' satisfies Operator),
    value,
  }
}

function subject(scanner: Scanner, from: number, depth = 0): Pick<Test, 'field' | 'lower' | 'any'> {
  const name = scanner.take(IDENT)?.[0]
  if (name === undefined) return scanner.expected('term')
  if (scanner.take(/\(/y) === undefined) return { field: name, lower: false, any: false }
  if (depth === DEEPEST) scanner.refuse(from, 'too many transformations inside of each other')
  const inner = subject(scanner, from, depth + 1)
  if (scanner.take(/\)/y) === undefined) scanner.expected(')')
  if (name === 'lower') return { ...inner, lower: true }
  if (name === 'any') return { ...inner, any: true }
  return scanner.refuse(from, `unknown transformation function: ${name}`)
}

const QUOTED = /"((?:[^"\\]|\\["\\nrt])*)"/y
const RAW = /r#"(.*?)"#/sy
const IPV4 = /(\d{1,3}(?:\.\d{1,3}){3})(\/\d{1,2})?/y
const IPV6 = /((?::|[0-9A-Fa-f]{1,4}):(?:[0-9A-Fa-f]{1,4}|:)*)(\/\d{1,3})?/y
const INT = /-?(?:0x[0-9A-Fa-f]+|\d+)/y

function literal(scanner: Scanner): Value {
  const from = scanner.at
  const raw = scanner.take(RAW)
  if (raw !== undefined) return { type: 'String', text: raw[1] ?? '' }
  const quoted = scanner.take(QUOTED)
  if (quoted !== undefined) return { type: 'String', text: (quoted[1] ?? '').replace(/\\(.)/g, unescaped) }
  const ip = scanner.take(IPV4) ?? scanner.take(IPV6)
  if (ip !== undefined) return address(scanner, from, ip)
  const int = scanner.take(INT)
  if (int === undefined) return scanner.expected('rhs')
  return integer(scanner, from, int[0])
}

function unescaped(_: string, char: string): string {
  return { n: '\n', r: '\r', t: '\t' }[char] ?? char
}

function integer(scanner: Scanner, from: number, text: string): Value {
  const digits = text.replace('-', '')
  // A zero before octal digits makes a number octal.
  const size = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits)
  if (size > 0x7fff_ffff_ffff_ffffn) scanner.refuse(from, 'number too large to fit in target type')
  return { type: 'Int', number: text.startsWith('-') ? -size : size }
}

function address(scanner: Scanner, from: number, [text, ip = '', bits]: RegExpExecArray): Value {
  if (bits === undefined)
    return isAddress(ip) ? { type: 'IpAddr', text } : invalid(scanner, from, 'IP address')
  const width = Number(bits.slice(1))
  if (!isAddress(ip) || width > (ip.includes(':') ? 128 : 32)) return invalid(scanner, from, 'CIDR')
  return { type: 'IpCidr', text }
}

function invalid(scanner: Scanner, from: number, what: string): never {
  return scanner.refuse(from, `invalid ${what} syntax`)
}

function isAddress(ip: string): boolean {
  if (!ip.includes(':')) return ip.split('.').every((part) => Number(part) <= 255)
  const [head = '', tail, ...more] = ip.split('::')
  const groups = [head, tail ?? ''].flatMap((half) => (half === '' ? [] : half.split(':')))
  const isShort = tail !== undefined && groups.length < 8
  return (
    more.length === 0 &&
    groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) &&
    (isShort || (tail === undefined && groups.length === 8))
  )
}

function checkRegex(scanner: Scanner, from: number, value: Value): void {
  if (value.type !== 'String') scanner.refuse(from, 'regex operator can only be used with String operands')
  else {
    const problem = regexProblem(value.text)
    if (problem !== undefined) scanner.refuse(from, problem)
  }
}
