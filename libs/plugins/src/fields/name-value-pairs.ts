import { array, headerNameProblem, string } from '@biplane/entities'

// The transformers' lists. A pair is `name:value`; what follows the first colons is the value, and may be empty.

const LIST = { required: true, default: [] } as const
const A_PAIR = '^[^:]+:.*$'

/** Texts of any form. */
export const texts = array(string(), LIST)

/** Names of headers, which may be followed by a value that does not count. */
export const headers = array(string({ custom: headerProblem }), LIST)

/** Pairs with any name. */
export const pairs = array(string({ match: A_PAIR }), LIST)

/** Pairs with the name of a header. */
export const headerPairs = array(string({ match: A_PAIR, custom: headerProblem }), LIST)

/** Pairs of an old and a new name of a header. */
export const headerRenames = array(string({ match: A_PAIR, custom: renameProblem }), LIST)

/** Pairs with any name and a value that is not empty. */
export const fullPairs = array(string({ custom: emptyValueProblem }), LIST)

function headerProblem(pair: string): string | undefined {
  return nameProblem(split(pair).name)
}

function renameProblem(pair: string): string | undefined {
  const { name, value } = split(pair)
  return nameProblem(name) ?? nameProblem(value)
}

function nameProblem(name: string): string | undefined {
  return headerNameProblem(name) === undefined ? undefined : `'${name}' is not a valid header`
}

function emptyValueProblem(pair: string): string | undefined {
  const { name, value } = split(pair)
  return name === '' || value === '' ? `key '${name}' has no value` : undefined
}

function split(pair: string): { readonly name: string; readonly value: string } {
  const [, name = '', value = ''] = /^([^:]*):*(.*)$/s.exec(pair) ?? []
  return { name, value }
}
