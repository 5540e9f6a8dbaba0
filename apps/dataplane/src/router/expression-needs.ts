import type { Expression, Test } from '@biplane/entities'
import { toByteString } from './path.ts'
import { literalStart } from './path-regex.ts'
import type { Sign } from './rule.ts'
import { DESTINATION_PORT, METHOD_SIGN, SNI, SOURCE_PORT } from './rule-set.ts'

/** What all requests have that match an expression, as far as it can be told without evaluating it; null for nothing. */
export interface Needs {
  /** One of these names as Host. */
  readonly hosts: readonly string[] | null
  /** A path that begins with one of these. */
  readonly paths: readonly string[] | null
  readonly sign: Sign | null
}

export function needsOf(expression: Expression): Needs {
  if (expression.kind === 'test') return needsOfTest(expression)
  const parts = expression.of.map(needsOf)
  return expression.kind === 'and' ? parts.reduce(both) : oneOf(parts)
}

const NONE: Needs = { hosts: null, paths: null, sign: null }

function needsOfTest({ field, lower, operator, value }: Test): Needs {
  if (value.type === 'Int' && operator === '==') {
    const name = PORTS[field]
    return name === undefined ? NONE : { ...NONE, sign: { name, values: [String(value.number)] } }
  }
  if (lower || value.type !== 'String') return NONE
  const { text } = value
  if (field === 'http.host') return operator === '==' ? { ...NONE, hosts: [toByteString(text)] } : NONE
  if (field === 'http.path') {
    if (operator === '==' || operator === '^=') return { ...NONE, paths: [toByteString(text)] }
    const isAnchored = operator === '~' && text.startsWith('^')
    return isAnchored ? { ...NONE, paths: [toByteString(literalStart(text))] } : NONE
  }
  if (operator !== '==') return NONE
  if (field === 'http.method') return { ...NONE, sign: { name: METHOD_SIGN, values: [toByteString(text)] } }
  if (field === 'tls.sni') return { ...NONE, sign: { name: SNI, values: [text] } }
  const [, header] = /^http\.headers\.(.+)$/.exec(field) ?? []
  if (header === undefined) return NONE
  return { ...NONE, sign: { name: header.toLowerCase(), values: [toByteString(text)] } }
}

const PORTS: Readonly<Record<string, string>> = {
  'net.src.port': SOURCE_PORT,
  'net.dst.port': DESTINATION_PORT,
}

/** What either of the two says is true; the one that says more counts. */
function both(a: Needs, b: Needs): Needs {
  return {
    hosts: fewer(a.hosts, b.hosts),
    paths: shortest(a.paths) >= shortest(b.paths) ? a.paths : b.paths,
    // Methods and ports tell least.
    sign: tellsLittle(a.sign) ? (b.sign ?? a.sign) : (a.sign ?? b.sign),
  }
}

function tellsLittle(sign: Sign | null): boolean {
  return sign !== null && [METHOD_SIGN, SOURCE_PORT, DESTINATION_PORT].includes(sign.name)
}

/** What one of these says is true. */
function oneOf(all: readonly Needs[]): Needs {
  const signs = all.map(({ sign }) => sign)
  const [first] = signs
  const isOne = first && signs.every((sign) => sign?.name === first.name)
  const values = isOne ? union(signs.map((sign) => sign?.values ?? null)) : null
  return {
    hosts: union(all.map(({ hosts }) => hosts)),
    paths: union(all.map(({ paths }) => paths)),
    sign: isOne && values !== null ? { name: first.name, values } : null,
  }
}

function fewer(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  if (a === null || b === null) return a ?? b
  return a.length <= b.length ? a : b
}

function shortest(texts: readonly string[] | null): number {
  return texts === null ? -1 : Math.min(...texts.map(({ length }) => length))
}

/** Null where one of them is. */
function union(lists: readonly (readonly string[] | null)[]): readonly string[] | null {
  const all = new Set<string>()
  for (const list of lists) {
    if (list === null) return null
    for (const text of list) all.add(text)
  }
  return [...all]
}
