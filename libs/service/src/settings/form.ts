/** What a setting's text is read with: the only ways in which a form may look outside its text. */
export interface Reading {
  /** The text of a file. @throws when it cannot be read */
  readonly readFile: (path: string) => string
  /** How many processor cores there are. */
  readonly cores: number
  /** The absolute path of the folder that relative paths lie in. */
  readonly prefix: string
  /** False when the text is the default. */
  readonly given: boolean
}

/** A value, or the sentence saying what would be right. Sentences never repeat the text: it may be a secret. */
export type Parsed<T> = { readonly value: T } | { readonly wrong: string }

/** How a setting is written. The text is trimmed, and not empty unless the form says so. */
export interface Form<T> {
  /** What an operator may write, for the reference pages. */
  readonly expects: string
  /** Whether a text without content is a value too. */
  readonly empty?: true
  /** How it is shown as JSON; as text if absent. */
  readonly shownAs?: 'flag' | 'number' | 'list'
  parse(text: string, reading: Reading): Parsed<T>
}

export const text: Form<string> = { expects: 'text', parse: (value) => ({ value }) }

const FLAG = new Map([
  ['on', true],
  ['true', true],
  ['off', false],
  ['false', false],
])

export const flag: Form<boolean> = {
  expects: 'on or off',
  shownAs: 'flag',
  parse(text) {
    const value = isOn(text)
    return value === undefined ? { wrong: 'use on or off' } : { value }
  },
}

/** Undefined for a text that is no flag. */
export const isOn = (text: string): boolean | undefined => FLAG.get(text.toLowerCase())

export function oneOf<const T extends string>(...values: readonly T[]): Form<T> {
  const expects = values.join(', ')
  return {
    expects: `one of ${expects}`,
    parse(text) {
      const value = values.find((candidate) => candidate === text)
      return value === undefined ? { wrong: `use one of ${expects}` } : { value }
    },
  }
}

interface Bounds {
  readonly min: number
  readonly max?: number
  /** What is counted, such as `s`. */
  readonly unit?: string
}

export function integer({ min, max = Number.MAX_SAFE_INTEGER, unit }: Bounds): Form<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `from ${min} to ${max}`
  const expects = `a whole number ${range}${unit === undefined ? '' : ` (${unit})`}`
  return {
    expects,
    shownAs: 'number',
    parse(text) {
      const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN
      return value >= min && value <= max ? { value } : { wrong: `use ${expects}` }
    },
  }
}

/** Seconds, with a fraction where wanted. */
export const seconds: Form<number> = {
  expects: 'a number of seconds, at least 0',
  shownAs: 'number',
  parse(text) {
    return /^\d{1,12}(\.\d{1,6})?$/.test(text)
      ? { value: Number(text) }
      : { wrong: 'use a number of seconds' }
  },
}

/** Values separated by commas, or none. */
export function listOf<T>(item: Form<T>): Form<readonly T[]> {
  return {
    expects: `a comma-separated list, each ${item.expects}`,
    empty: true,
    shownAs: 'list',
    parse(text, reading) {
      const values: T[] = []
      for (const word of splitList(text)) {
        const parsed = item.parse(word, reading)
        if ('wrong' in parsed) return { wrong: `in each item of the list, ${parsed.wrong}` }
        values.push(parsed.value)
      }
      return { value: values }
    },
  }
}

/** No text means no value. */
export function optional<T>(form: Form<T>): Form<T | null> {
  return {
    ...form,
    empty: true,
    parse: (text, reading) => (text === '' ? { value: null } : form.parse(text, reading)),
  }
}

/** A value, or `auto`, which leaves it to the program: null. */
export function orAuto<T>(form: Form<T>): Form<T | null> {
  return {
    expects: `auto, or ${form.expects}`,
    parse: (text, reading) => (text === 'auto' ? { value: null } : form.parse(text, reading)),
  }
}

export function splitList(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '')
}
