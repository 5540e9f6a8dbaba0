import type { Expression, Test } from '@biplane/entities'
import { toByteString } from './path.ts'
import { literalStart } from './path-regex.ts'
import type { Sign } from './rule.ts'
import { METHOD_SIGN, SNI } from './rule-set.ts'

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
  return expression.kind === 'and' ? parts.reduce(both) : parts.reduce(either)
}

const NONE: Needs = { hosts: null, paths: null, sign: null }

function needsOfTest({ field, lower, operator, value }: Test): Needs {
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

/** What either of the two says is true; the one that says more counts. */
function both(a: Needs, b: Needs): Needs {
  return {
    hosts: fewer(a.hosts, b.hosts),
    paths: shortest(a.paths) >= shortest(b.paths) ? a.paths : b.paths,
    // Methods tell least.
    sign: a.sign?.name === METHOD_SIGN ? (b.sign ?? a.sign) : (a.sign ?? b.sign),
  }
}

function either(a: Needs, b: Needs): Needs {
  const sign =
    a.sign !== null && b.sign !== null && a.sign.name === b.sign.name
      ? { name: a.sign.name, values: union(a.sign.values, b.sign.values) }
      : null
  return {
    hosts: a.hosts && b.hosts && union(a.hosts, b.hosts),
    paths: a.paths && b.paths && union(a.paths, b.paths),
    sign,
  }
}

function fewer(a: readonly string[] | null, b: readonly string[] | null): readonly string[] | null {
  if (a === null || b === null) return a ?? b
  return a.length <= b.length ? a : b
}

function shortest(texts: readonly string[] | null): number {
  return texts === null ? -1 : Math.min(...texts.map(({ length }) => length))
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  return [...new Set([...a, ...b])]
}
