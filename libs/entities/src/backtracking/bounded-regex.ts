import { RegExpParser } from '@eslint-community/regexpp'
import { isLinear } from './linear.ts'
import { type Program, programOf, TOO_LARGE } from './program.ts'
import { runProgram } from './run-program.ts'

/** A match: its text, and that of each group by number (from 1) and by name; a group that took no part is undefined. */
export interface RegexMatch {
  readonly text: string
  readonly index: number
  readonly groups: readonly (string | undefined)[]
  readonly named: Readonly<Record<string, string | undefined>>
}

/**
 * A regular expression that takes bounded time, whatever the pattern and the text: the platform's own engine for those that
 * it provably matches in linear time, which is almost all; for others one that gives the same matches, forty times slower, but
 * does not try the same twice, and gives up after a million steps, which counts as no match.
 */
export class BoundedRegex {
  readonly #regex: RegExp
  #program: Program | null | undefined

  constructor(regex: RegExp) {
    this.#regex = new RegExp(regex.source, regex.flags.replaceAll(/[^ims]/g, ''))
  }

  /** @throws SyntaxError for a pattern that is not linear and too large: see `prepare` */
  exec(text: string): RegexMatch | null {
    const program = this.#program === undefined ? this.prepare() : this.#program
    return program === null ? native(this.#regex, text) : interpreted(program, text)
  }

  /**
   * Judges the pattern, which takes some tenths of a millisecond at most; done before the first match at the latest.
   *
   * @throws SyntaxError for a pattern that is not linear, and too large
   */
  prepare(): Program | null {
    const { source, flags } = this.#regex
    this.#program = isPlainlyLinear(source, flags) ? null : judged(source, flags)
    // The platform compiles with the first match only, and may find then that it cannot.
    if (this.#program === null && source.length > LONG) this.#regex.exec('')
    return this.#program
  }

  /** Whether the platform's engine is fit for it. */
  get isLinear(): boolean {
    return (this.#program === undefined ? this.prepare() : this.#program) === null
  }
}

const LONG = 2_000

/** @throws SyntaxError for what is too large, or too deep, for this engine */
function judged(source: string, flags: string): Program | null {
  try {
    const pattern = new RegExpParser({ ecmaVersion: 2025 }).parsePattern(source)
    return isLinear(pattern, flags) ? null : programOf(pattern, flags)
  } catch (error) {
    // There is no more of the stack: a pattern is gone through group by group.
    if (error instanceof RangeError) throw new SyntaxError(TOO_LARGE, { cause: error })
    throw error
  }
}

/**
 * Whether a pattern is linear for everyone to see, so that it need not be parsed: it begins at the start, one character is
 * repeated at most, and little else may be or not be.
 */
export function isPlainlyLinear(source: string, flags: string): boolean {
  if (!source.startsWith('^') || flags.includes('m') || /\\[1-9k]/.test(source)) return false
  const signs = source.replace(/\\.|\[(?:\\.|[^\]\\])*\]/gs, 'a').replace(/\(\?(?::|<\w+>)/g, '(')
  const [loops, choices] = [/[*+]/g, /[?|]/g].map((sign) => signs.match(sign)?.length ?? 0)
  return !/\)[*+?]|\(\?|\{|^[^(]*\|/.test(signs) && (loops ?? 0) <= 1 && (choices ?? 0) <= 3
}

function native(regex: RegExp, text: string): RegexMatch | null {
  const found = regex.exec(text)
  if (found === null) return null
  return { text: found[0], index: found.index, groups: found.slice(1), named: found.groups ?? {} }
}

function interpreted(program: Program, text: string): RegexMatch | null {
  const slots = runProgram(program, text)
  if (slots === undefined) return null
  const textOf = (group: number) => {
    const [from = -1, to = -1] = slots.slice(2 * group, 2 * group + 2)
    return from < 0 || to < 0 ? undefined : text.slice(from, to)
  }
  const groups = Array.from({ length: program.groups }, (_, i) => textOf(i + 1))
  const named: Record<string, string | undefined> = {}
  for (const [name, group] of program.names) named[name] = textOf(group) ?? named[name]
  return { text: textOf(0) ?? '', index: slots[0] ?? 0, groups, named }
}
