import { toBytes } from '../byte-text.ts'

/** A text with places that are filled in for each request: `/users/$(uri_captures["id"] or "nobody")`. */
export interface Template {
  /** The value where it is the same for all requests; else null. Bytes. */
  readonly constant: string | null
  /** Bytes. What the request lacks is empty. */
  render(values: TemplateValues): string
}

/** What the request has under a name; undefined for nothing. Bytes. */
export type TemplateValues = (namespace: Namespace, name: string) => string | undefined

const NAMESPACES = ['headers', 'query_params', 'uri_captures', 'shared'] as const
export type Namespace = (typeof NAMESPACES)[number]

/**
 * In Kong a place holds an expression in Lua. Here it is one of the documented forms, and nothing is evaluated: a name in
 * one of the four tables (`headers.host`, `headers["x-a"]`, `uri_captures[1]`) or a text in quotes, and after `or` what
 * stands in where that is not there.
 *
 * @throws SyntaxError for any other expression
 */
export function parseTemplate(text: string): Template {
  const parts: (string | Place)[] = []
  let at = 0
  for (let open = text.indexOf('$('); open !== -1; open = text.indexOf('$(', at)) {
    // A place that never ends is none.
    if (text.indexOf(')', open) === -1) break
    if (open > at) parts.push(toBytes(text.slice(at, open)))
    const place = readPlace(text, open)
    parts.push(place.operands)
    at = place.end
  }
  if (at < text.length) parts.push(toBytes(text.slice(at)))
  return {
    constant: parts.every((part) => typeof part === 'string') ? parts.join('') : null,
    render: (values) =>
      parts.map((part) => (typeof part === 'string' ? part : filled(part, values))).join(''),
  }
}

/** What is wrong with a template, or nothing. */
export function templateProblem(text: string): string | undefined {
  try {
    parseTemplate(text)
    return undefined
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return error.message
  }
}

/** The first of them that is there counts. */
type Place = readonly Operand[]
type Operand = { readonly text: string } | { readonly namespace: Namespace; readonly name: string }

function filled(place: Place, values: TemplateValues): string {
  for (const operand of place) {
    const value = 'text' in operand ? operand.text : values(operand.namespace, operand.name)
    if (value !== undefined) return value
  }
  return ''
}

const QUOTED = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'`
const OPERAND = new RegExp(
  String.raw`\s*(?:(${QUOTED})|(${NAMESPACES.join('|')})(?:\.([A-Za-z_]\w*)|\[\s*(${QUOTED}|\d+)\s*\]))\s*(or(?![\w])|\))`,
  'sy',
)

/** @param open where its `$(` is */
function readPlace(text: string, open: number): { readonly operands: Place; readonly end: number } {
  const operands: Operand[] = []
  OPERAND.lastIndex = open + 2
  for (;;) {
    const [, quoted, namespace, member, index, next] = OPERAND.exec(text) ?? []
    if (next === undefined) throw new SyntaxError(refusal(text, open))
    const known = NAMESPACES.find((each) => each === namespace)
    if (quoted !== undefined) operands.push({ text: toBytes(unquoted(quoted)) })
    else if (known !== undefined) operands.push({ namespace: known, name: member ?? unquoted(index ?? '') })
    if (next === ')') return { operands, end: OPERAND.lastIndex }
  }
}

function refusal(text: string, open: number): string {
  const expression = text.slice(open, text.indexOf(')', open) + 1)
  return `the template ${expression} is not supported: there may be names in ${NAMESPACES.join(', ')} and texts in quotes, with 'or' between them`
}

/** A text without its quotes and backslashes; a number as it is. */
function unquoted(token: string): string {
  return /^["']/.test(token) ? token.slice(1, -1).replace(/\\(.)/gs, '$1') : token
}
