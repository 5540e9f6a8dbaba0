import type { AST } from '@eslint-community/regexpp'
import { charSetOf, hasChar } from './char-set.ts'

/** Whether a character, by its code unit, is accepted. */
export type Accepts = (code: number) => boolean

/** What a matcher is to do next; it goes on with the next step unless the step says where. */
export type Step =
  | { readonly op: 'char'; readonly accepts: Accepts; readonly back: boolean }
  /** Tries the one way, and if that fails the other. `within`: the iterations it is part of that must not be empty, by slot. */
  | {
      readonly op: 'either'
      readonly first: number
      readonly second: number
      readonly within: readonly number[]
    }
  | { readonly op: 'go'; readonly to: number }
  | { readonly op: 'save'; readonly slot: number }
  /** Forgets groups, as an iteration begins. */
  | { readonly op: 'forget'; readonly from: number; readonly to: number }
  /** Fails where an iteration that is not required took nothing. */
  | { readonly op: 'moved'; readonly since: number }
  | { readonly op: 'edge'; readonly holds: (text: string, at: number) => boolean }
  | { readonly op: 'look'; readonly negate: boolean; readonly from: number }
  | {
      readonly op: 'again'
      readonly slots: readonly number[]
      readonly back: boolean
      readonly fold: boolean
    }
  | { readonly op: 'done' }

/** A pattern as steps. Its groups' texts are between slots 2n and 2n+1, group 0 being the whole match; loops have slots too. */
export interface Program {
  readonly steps: readonly Step[]
  readonly slots: number
  readonly groups: number
  /** How many iterations that must not be empty are inside of each other. */
  readonly depth: number
  readonly names: readonly (readonly [name: string, group: number])[]
  /** What back references lead to depends on more than place and step. */
  readonly remembers: boolean
}

/** Repetitions of a number are written out. */
const MOST_STEPS = 20_000
export const TOO_LARGE = 'the regular expression is too large'

/** @throws SyntaxError for a pattern that is too large when its repetitions are written out */
export function programOf(pattern: AST.Pattern, flags: string): Program {
  return new Compiler(flags).program(pattern)
}

class Compiler {
  readonly #steps: Step[] = []
  readonly #groups: AST.CapturingGroup[] = []
  #flags: string
  #remembers = true
  #slots = 2
  #within: readonly number[] = []
  #depth = 0

  constructor(flags: string) {
    this.#flags = flags
  }

  program(pattern: AST.Pattern): Program {
    this.#collect(pattern)
    const groups = this.#groups.length
    this.#slots = 2 * (groups + 1)
    this.#add({ op: 'save', slot: 0 })
    this.#oneOf(pattern.alternatives, false)
    this.#add({ op: 'save', slot: 1 })
    this.#add({ op: 'done' })
    const names = this.#groups.flatMap(({ name }, i) => (name === null ? [] : [[name, i + 1] as const]))
    return {
      steps: this.#steps,
      slots: this.#slots,
      groups,
      depth: this.#depth,
      names,
      remembers: this.#remembers,
    }
  }

  #collect(node: AST.Pattern | AST.Element): void {
    if (node.type === 'CapturingGroup') this.#groups.push(node)
    if (node.type === 'Quantifier') this.#collect(node.element)
    if (!('alternatives' in node)) return
    for (const { elements } of node.alternatives) for (const element of elements) this.#collect(element)
  }

  #add(step: Step): number {
    if (this.#steps.length >= MOST_STEPS) throw new SyntaxError(TOO_LARGE)
    return this.#steps.push(step) - 1
  }

  #oneOf(alternatives: readonly AST.Alternative[], back: boolean): void {
    const ends: number[] = []
    for (const [i, { elements }] of alternatives.entries()) {
      const isLast = i === alternatives.length - 1
      const fork = isLast ? -1 : this.#add({ op: 'done' })
      for (const element of back ? elements.toReversed() : elements) this.#element(element, back)
      if (isLast) continue
      ends.push(this.#add({ op: 'done' }))
      this.#steps[fork] = { op: 'either', first: fork + 1, second: this.#steps.length, within: this.#within }
    }
    for (const end of ends) this.#steps[end] = { op: 'go', to: this.#steps.length }
  }

  #element(element: AST.Element, back: boolean): void {
    switch (element.type) {
      case 'Character':
      case 'CharacterSet':
      case 'CharacterClass':
        this.#add({ op: 'char', accepts: acceptor(element, this.#flags), back })
        break
      case 'Group':
        this.#group(element, back)
        break
      case 'CapturingGroup':
        this.#capture(element, back)
        break
      case 'Quantifier':
        this.#repeat(element, back)
        break
      case 'Assertion':
        this.#assert(element)
        break
      case 'Backreference':
        this.#again(element, back)
        break
      case 'ExpressionCharacterClass':
        throw new SyntaxError(`${element.raw} is not supported`)
    }
  }

  #group({ modifiers, alternatives }: AST.Group, back: boolean): void {
    const outside = this.#flags
    for (const flag of modifiers?.add.raw ?? '') this.#flags += flag
    for (const flag of modifiers?.remove?.raw ?? '') this.#flags = this.#flags.replaceAll(flag, '')
    this.#oneOf(alternatives, back)
    this.#flags = outside
  }

  #capture(group: AST.CapturingGroup, back: boolean): void {
    const slot = 2 * (this.#groups.indexOf(group) + 1)
    this.#add({ op: 'save', slot: back ? slot + 1 : slot })
    this.#oneOf(group.alternatives, back)
    this.#add({ op: 'save', slot: back ? slot : slot + 1 })
  }

  #repeat({ element, min, max, greedy }: AST.Quantifier, back: boolean): void {
    const within = this.#within
    const either = (body: number, rest: number): Step =>
      greedy
        ? { op: 'either', first: body, second: rest, within }
        : { op: 'either', first: rest, second: body, within }
    for (let i = 0; i < min; i++) this.#iteration(element, back)
    if (max === Number.POSITIVE_INFINITY) {
      const head = this.#add({ op: 'done' })
      this.#optional(element, back)
      this.#add({ op: 'go', to: head })
      this.#steps[head] = either(head + 1, this.#steps.length)
      return
    }
    const forks: number[] = []
    for (let i = min; i < max; i++) {
      forks.push(this.#add({ op: 'done' }))
      this.#optional(element, back)
    }
    for (const fork of forks) this.#steps[fork] = either(fork + 1, this.#steps.length)
  }

  #optional(element: AST.QuantifiableElement, back: boolean): void {
    if (!mayBeEmpty(element)) {
      this.#iteration(element, back)
      return
    }
    const outside = this.#within
    const since = this.#slots++
    this.#within = [...outside, since]
    this.#depth = Math.max(this.#depth, this.#within.length)
    this.#add({ op: 'save', slot: since })
    this.#iteration(element, back)
    this.#add({ op: 'moved', since })
    this.#within = outside
  }

  #iteration(element: AST.Element, back: boolean): void {
    const inside = this.#groups.flatMap((group, i) =>
      element.start <= group.start && group.end <= element.end ? [i + 1] : [],
    )
    const [first, last] = [inside[0], inside.at(-1)]
    if (first !== undefined && last !== undefined)
      this.#add({ op: 'forget', from: 2 * first, to: 2 * last + 2 })
    this.#element(element, back)
  }

  #assert(assertion: AST.Assertion): void {
    if (assertion.kind !== 'lookahead' && assertion.kind !== 'lookbehind') {
      this.#add({ op: 'edge', holds: edgeTest(assertion, this.#flags.includes('m')) })
      return
    }
    const look = this.#add({ op: 'done' })
    const skip = this.#add({ op: 'done' })
    this.#oneOf(assertion.alternatives, assertion.kind === 'lookbehind')
    this.#add({ op: 'done' })
    this.#steps[look] = { op: 'look', negate: assertion.negate, from: skip + 1 }
    this.#steps[skip] = { op: 'go', to: this.#steps.length }
  }

  #again({ resolved }: AST.Backreference, back: boolean): void {
    this.#remembers = false
    const slots = [resolved].flat().map((group) => 2 * (this.#groups.indexOf(group) + 1))
    this.#add({ op: 'again', slots, back, fold: this.#flags.includes('i') })
  }
}

function mayBeEmpty(element: AST.Element): boolean {
  switch (element.type) {
    case 'Character':
    case 'CharacterSet':
    case 'CharacterClass':
      return false
    case 'Quantifier':
      return element.min === 0 || mayBeEmpty(element.element)
    case 'Group':
    case 'CapturingGroup':
      return element.alternatives.some(({ elements }) => elements.every(mayBeEmpty))
    case 'Assertion':
    case 'Backreference':
    case 'ExpressionCharacterClass':
      return true
  }
}

function acceptor(leaf: Parameters<typeof charSetOf>[0], flags: string): Accepts {
  const set = charSetOf(leaf, flags)
  const regex = new RegExp(`^${leaf.raw}$`, flags.replaceAll(/[^is]/g, ''))
  const exact = flags.includes('i') || leaf.type === 'CharacterClass'
  // Folding and the characters beyond the first 256 are the engine's matter.
  return (code) => (code < 256 && !exact ? hasChar(set, code) : regex.test(String.fromCharCode(code)))
}

function edgeTest(assertion: AST.EdgeAssertion | AST.WordBoundaryAssertion, multiline: boolean) {
  switch (assertion.kind) {
    case 'start':
      return (text: string, at: number) => at === 0 || (multiline && isLineEnd(text.charAt(at - 1)))
    case 'end':
      return (text: string, at: number) => at === text.length || (multiline && isLineEnd(text.charAt(at)))
    case 'word':
      return (text: string, at: number) =>
        (isWord(text.charAt(at - 1)) !== isWord(text.charAt(at))) !== assertion.negate
  }
}

function isWord(char: string): boolean {
  return /^\w$/.test(char)
}

function isLineEnd(char: string): boolean {
  return /^[\n\r\u2028\u2029]$/.test(char)
}
