import { type Form, splitList } from './form.ts'

export type Labels = Readonly<Record<string, string>>

/** What is wrong with a label. */
export type LabelFault = 'format' | 'key_size' | 'key_pattern' | 'value_size' | 'value_pattern'

const MOST_LABELS = 10
const LONGEST = 63
const PATTERN = /^[a-z0-9]([a-z0-9_.:-]*[a-z0-9])?$/i
const RESERVED = /^(kong|konnect|insomnia|mesh|kic)/i

const RIGHT: Record<LabelFault, string> = {
  format: 'write each label as key:value',
  key_size: `use keys of 1 to ${LONGEST} characters`,
  key_pattern:
    'use keys of letters, digits and _ . : - that start and end with a letter or digit and do not start with kong, konnect, insomnia, mesh or kic',
  value_size: `use values of 1 to ${LONGEST} characters`,
  value_pattern: 'use values of letters, digits and _ . : - that start and end with a letter or digit',
}

/** `key:value` pairs by which an operator tells nodes apart. The rules are Kong's. */
export const labels: Form<Labels> = {
  expects: `a comma-separated list of at most ${MOST_LABELS} key:value pairs`,
  empty: true,
  shownAs: 'list',
  parse(text) {
    const words = splitList(text)
    if (words.length > MOST_LABELS) return { wrong: `use at most ${MOST_LABELS} labels` }
    const faults = new Set(words.map(labelFault).filter((fault) => fault !== null))
    if (faults.size > 0) return { wrong: [...faults].map((fault) => RIGHT[fault]).join('; ') }
    return { value: Object.fromEntries(words.map(split)) }
  },
}

/** The first fault of a `key:value` text, or null if it is right. */
export function labelFault(label: string): LabelFault | null {
  if (!label.includes(':')) return 'format'
  const [key, value] = split(label)
  if (key.length < 1 || key.length > LONGEST) return 'key_size'
  if (!PATTERN.test(key) || RESERVED.test(key)) return 'key_pattern'
  if (value.length < 1 || value.length > LONGEST) return 'value_size'
  return PATTERN.test(value) ? null : 'value_pattern'
}

/** The first colon splits: a value may hold more of them. */
function split(label: string): [key: string, value: string] {
  const colon = label.indexOf(':')
  return [label.slice(0, colon).trim(), label.slice(colon + 1).trim()]
}
