import type { AST } from '@eslint-community/regexpp'
import { type Leaf, Unjudged } from './automaton.ts'

/** How matching from the start of a text went: whether it matched, and in how many steps; `over` where it took too many. */
export type Outcome = { readonly matched: boolean; readonly steps: number } | 'over'

export type CountedMatcher = (text: string, limit: number) => Outcome

/**
 * A pattern as backtracking engines match it, one way after the other, with its steps counted: what it takes here, it takes
 * there. Engines are faster by a factor, and know short cuts for how a pattern may begin, but go through the same ways.
 *
 * @param accepts whether a leaf of the pattern accepts a character: what it says is asked often
 * @throws Unjudged for what depends on more than the text that follows
 */
export function countedMatcher(
  { alternatives }: AST.Pattern,
  accepts: (leaf: Leaf, char: string) => boolean,
): CountedMatcher {
  const run: Run = { text: '', steps: 0, limit: 0, depth: 0, isOver: false, accepts }
  const match = oneOf(alternatives, run)
  return (text, limit) => {
    Object.assign(run, { text, limit, steps: 0, depth: 0, isOver: false })
    const matched = match(0, () => true)
    return run.isOver ? 'over' : { matched, steps: run.steps }
  }
}

interface Run {
  text: string
  steps: number
  limit: number
  depth: number
  isOver: boolean
  readonly accepts: (leaf: Leaf, char: string) => boolean
}

/** Whether the rest matches from there. */
type Rest = (at: number) => boolean
type Match = (at: number, rest: Rest) => boolean

/** Whatever is matched after an element is matched inside of it, which takes the room of the stack. */
const DEEPEST = 1500

/** Once it is over everything matches, so that it ends. */
function step(run: Run): boolean {
  run.steps += 1
  if (run.steps > run.limit || run.depth > DEEPEST) run.isOver = true
  return run.isOver
}

function oneOf(alternatives: readonly AST.Alternative[], run: Run): Match {
  const ways = alternatives.map(({ elements }) => inTurn(elements, run))
  const [only] = ways
  if (only !== undefined && ways.length === 1) return only
  return (at, rest) => step(run) || ways.some((way) => way(at, rest))
}

function inTurn(elements: readonly AST.Element[], run: Run): Match {
  const parts = elements.map((element) => matchOf(element, run))
  return parts.reduceRight<Match>(
    (after, part) => (at, rest) => {
      if (step(run)) return true
      run.depth += 1
      const matched = part(at, (next) => after(next, rest))
      run.depth -= 1
      return matched
    },
    (at, rest) => rest(at),
  )
}

function matchOf(element: AST.Element, run: Run): Match {
  switch (element.type) {
    case 'Group':
    case 'CapturingGroup':
      return oneOf(element.alternatives, run)
    case 'Quantifier':
      return repeated(element, run)
    case 'Assertion':
      return asserted(element, run)
    case 'Character':
    case 'CharacterSet':
    case 'CharacterClass':
      return (at, rest) => at < run.text.length && run.accepts(element, run.text.charAt(at)) && rest(at + 1)
    case 'Backreference':
    case 'ExpressionCharacterClass':
      throw new Unjudged()
  }
}

/** ECMAScript, RepeatMatcher: an iteration that is not required must not be empty. */
function repeated({ element, min, max, greedy }: AST.Quantifier, run: Run): Match {
  const one = matchOf(element, run)
  const from = (count: number, at: number, rest: Rest): boolean => {
    if (step(run)) return true
    const more = () => {
      if (count >= max) return false
      run.depth += 1
      const matched = one(at, (next) => !(next === at && count >= min) && from(count + 1, next, rest))
      run.depth -= 1
      return matched
    }
    const enough = () => count >= min && rest(at)
    return greedy ? more() || enough() : enough() || more()
  }
  return (at, rest) => from(0, at, rest)
}

function asserted(assertion: AST.Assertion, run: Run): Match {
  switch (assertion.kind) {
    case 'start':
      return (at, rest) => at === 0 && rest(at)
    case 'end':
      return (at, rest) => at === run.text.length && rest(at)
    case 'word':
      return (at, rest) => isBoundary(run.text, at) !== assertion.negate && rest(at)
    case 'lookahead': {
      const ahead = oneOf(assertion.alternatives, run)
      return (at, rest) => (ahead(at, () => true) !== assertion.negate || run.isOver) && rest(at)
    }
    case 'lookbehind':
      throw new Unjudged()
  }
}

function isBoundary(text: string, at: number): boolean {
  return /\w/.test(text.charAt(at - 1)) !== /\w/.test(text.charAt(at))
}
