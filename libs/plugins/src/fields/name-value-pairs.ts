import { array, headerNameProblem, string } from '@biplane/entities'
import { templateProblem } from '../transforming/template.ts'

// The transformers' lists. A pair is `name:value`; what follows the first colons is the value, and may be empty.

const LIST = { required: true, default: [] } as const
const A_PAIR = '^[^:]+:.*$'

/** Texts of any form. */
export const texts = array(string(), LIST)

/** Names of headers, which may be followed by a value that does not count. */
export const headers = array(string({ custom: headerProblem }), LIST)

/** Pairs with any name. */
export const pairs = array(string({ match: A_PAIR }), LIST)

/** Pairs of the name of a header and a template. */
export const headerTemplates = array(
  string({ match: A_PAIR, custom: (pair) => headerProblem(pair) ?? valueProblem(pair) }),
  LIST,
)

/** Pairs of an old and a new name of a header. */
export const headerRenames = array(string({ match: A_PAIR, custom: renameProblem }), LIST)

/** Pairs of any name and a template that is not empty. */
export const templates = array(
  string({ custom: (pair) => emptyValueProblem(pair) ?? valueProblem(pair) }),
  LIST,
)

function headerProblem(pair: string): string | undefined {
  return nameProblem(splitPair(pair).name)
}

function renameProblem(pair: string): string | undefined {
  const { name, value } = splitPair(pair)
  return nameProblem(name) ?? nameProblem(value)
}

function nameProblem(name: string): string | undefined {
  return headerNameProblem(name) === undefined ? undefined : `'${name}' is not a valid header`
}

function emptyValueProblem(pair: string): string | undefined {
  const { name, value } = splitPair(pair)
  return name === '' || value === '' ? `key '${name}' has no value` : undefined
}

function valueProblem(pair: string): string | undefined {
  return templateProblem(splitPair(pair).value)
}

/** Name and value. */
export function splitPair(pair: string): { readonly name: string; readonly value: string } {
  const [, name = '', value = ''] = /^([^:]*):*(.*)$/s.exec(pair) ?? []
  return { name, value }
}
