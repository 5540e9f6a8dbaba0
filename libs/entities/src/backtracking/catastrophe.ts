import { type AST, RegExpParser } from '@eslint-community/regexpp'
import { asWritten, pcreToRegExp } from '../pcre.ts'
import { type Alphabet, alphabetOf } from './alphabet.ts'
import { type Ambiguity, ambiguities } from './ambiguity.ts'
import { type Automaton, automatonOf, ENDLESS, Unjudged } from './automaton.ts'
import { type CountedMatcher, countedMatcher } from './matcher.ts'

/** Why a pattern must not be matched with what clients send. */
export interface Catastrophe {
  /** The part of the pattern that matches one text in exponentially many ways. */
  readonly part: string
  /** A text that makes a matcher try all of them: each time that `pump` is repeated once more, it takes twice as long at least. */
  readonly attack: { readonly prefix: string; readonly pump: string; readonly suffix: string }
}

/**
 * Whether matching a pattern takes time that grows exponentially with the text: proved, by a text for which it does. What is
 * not proved is let pass: patterns that take polynomial time, all that is too large to be judged in some milliseconds, and
 * back references. Patterns without a repeated group take no time here.
 *
 * Possession is judged as it is matched, that is, not at all: see `pcreToRegExp`.
 *
 * @param pattern one that `pcreToRegExp` takes
 */
export function catastropheIn(pattern: string): Catastrophe | undefined {
  if (!hasRepeatedGroup(pattern) || pattern.length > LONGEST || isDeep(pattern)) return undefined
  const { source, flags } = pcreToRegExp(pattern)
  try {
    const parsed = new RegExpParser({ ecmaVersion: 2025 }).parsePattern(source)
    const automaton = automatonOf(parsed)
    const alphabet = alphabetOf(automaton.leaves, flags)
    return judged(automaton, alphabet, countedMatcher(parsed, alphabet.accepts))
  } catch (error) {
    if (error instanceof Unjudged) return undefined
    throw error
  }
}

/** Without one, there is no place to come back to in two ways, and a pattern takes no time to judge. */
export function hasRepeatedGroup(pattern: string): boolean {
  return /\)[*+{]/.test(pattern)
}

const LONGEST = 1000
/** What is deeper would take the room of the stack. */
const DEEPEST = 40

function isDeep(pattern: string): boolean {
  let depth = 0
  for (const char of pattern) {
    if (char === '(') depth += 1
    if (char === ')') depth -= 1
    if (depth > DEEPEST) return true
  }
  return false
}

/** Of a pattern that has more of them than these, only these are tried. */
const MOST_AMBIGUITIES = 8

/** The shortest loops are looked at first: they tell best what is wrong. */
function judged(automaton: Automaton, alphabet: Alphabet, match: CountedMatcher): Catastrophe | undefined {
  const budget = { steps: MOST_STEPS }
  const candidates = ambiguities(automaton, alphabet, MOST_AMBIGUITIES)
  for (const ambiguity of candidates.toSorted((a, b) => a.pump.length - b.pump.length)) {
    const suffix = failingSuffix(ambiguity, alphabet, match, budget)
    if (suffix === undefined) continue
    const { prefix, pump } = ambiguity
    return { part: asWritten(partAt(automaton, ambiguity)), attack: { prefix, pump, suffix } }
  }
  return undefined
}

/** Of all runs of one pattern together: some milliseconds. */
const MOST_STEPS = 120_000
const MOST_STEPS_OF_A_RUN = 30_000
const LONGEST_TEXT = 200

interface Budget {
  steps: number
}

/** What makes a match fail after any number of pumps, so that all ways are tried, and their number is seen to double. */
function failingSuffix(
  { prefix, pump }: Ambiguity,
  { chars }: Alphabet,
  match: CountedMatcher,
  budget: Budget,
): string | undefined {
  const steps = (pumps: number, suffix: string): number | 'over' | 'matched' => {
    const text = prefix + pump.repeat(pumps) + suffix
    if (budget.steps <= 0 || text.length > LONGEST_TEXT) return 'matched'
    const outcome = match(text, MOST_STEPS_OF_A_RUN)
    budget.steps -= outcome === 'over' ? MOST_STEPS_OF_A_RUN : outcome.steps
    if (outcome === 'over') return 'over'
    return outcome.matched ? 'matched' : outcome.steps
  }
  return suffixes(chars).find((suffix) => grows((pumps) => steps(pumps, suffix)))
}

/** The end, one character of each sort, and the first pairs of them. */
function suffixes(chars: readonly string[]): readonly string[] {
  const few = chars.slice(0, 12)
  return ['', ...chars, ...few.flatMap((a) => few.map((b) => a + b))]
}

const MOST_PUMPS = 10
/** Faster than any polynomial that a pattern is likely to have beside its exponential part. */
const DEGREE = 4

/** Whether the steps grow as those of an ambiguous loop do, at the most pumps that can be tried. */
function grows(steps: (pumps: number) => number | 'over' | 'matched'): boolean {
  let before = Number.POSITIVE_INFINITY
  let growth = 0
  for (let pumps = 1; pumps <= MOST_PUMPS; pumps++) {
    const now = steps(pumps)
    if (now === 'matched') return false
    if (now === 'over') return growth > 1
    growth = now / before / (pumps / (pumps - 1)) ** DEGREE
    before = now
  }
  return growth > 1
}

/** The innermost repeated group that holds all places of the loop. */
function partAt({ leaves }: Automaton, { places }: Ambiguity): string {
  const within = places.flatMap((place) => leaves[place] ?? [])
  const isAround = ({ start, end }: AST.Node) =>
    within.every((leaf) => start <= leaf.start && leaf.end <= end)
  let node: AST.Node | null = within[0] ?? null
  while (node !== null && !(isRepeatedGroup(node) && isAround(node))) node = node.parent
  // As a source, a RegExp escapes what a literal would end at.
  return (node?.raw ?? '').replaceAll('\\/', '/')
}

function isRepeatedGroup(node: AST.Node): boolean {
  return (
    node.type === 'Quantifier' &&
    node.max >= ENDLESS &&
    (node.element.type === 'Group' || node.element.type === 'CapturingGroup')
  )
}
