import type { Program, Step } from './program.ts'

/** How many steps a match may take: some milliseconds. What is left then counts as no match, as PCRE's match limit does. */
export const MOST_STEPS = 1_000_000

/** Bits that are remembered at most; what has more is bounded by its steps alone. */
const MOST_MEMORY = 32_000_000

/**
 * The slots of the first match in `text`, as a backtracking engine finds it, or nothing. It goes through the ways in the same
 * order, but through no place of the text twice with the same rest of the pattern: what failed there fails there again. So
 * time is bounded by the length of the text times that of the pattern, but for what looks around and back references, which
 * are bounded by the number of steps.
 */
export function runProgram(program: Program, text: string): readonly number[] | undefined {
  const run = new Run(program, text)
  for (let at = 0; at <= text.length; at++) {
    const slots: number[] = new Array(program.slots).fill(-1)
    if (run.from(0, at, slots, run.memory)) return slots
    if (run.isOver) return undefined
  }
  return undefined
}

class Run {
  readonly #steps: readonly Step[]
  readonly #text: string
  /** What a place of the text may mean to a step: of each iteration it is part of, whether it took something. */
  readonly #states: number
  readonly #remembers: boolean
  /** Where the pattern as a whole has been. */
  readonly memory: Memory
  #left = MOST_STEPS

  constructor({ steps, remembers, depth }: Program, text: string) {
    this.#steps = steps
    this.#text = text
    this.#states = 2 ** depth
    this.#remembers = remembers && steps.length * (text.length + 1) * this.#states <= MOST_MEMORY
    this.memory = this.#newMemory()
  }

  get isOver(): boolean {
    return this.#left < 0
  }

  #newMemory(): Memory {
    return new Memory(this.#remembers ? this.#steps.length * (this.#text.length + 1) * this.#states : 0)
  }

  /** Leaves the slots of the match, or as they were. */
  from(start: number, begin: number, slots: number[], memory: Memory): boolean {
    // Pairs: where to go on (step, place), or what to put back (-1 - slot, value).
    const stack: number[] = [start, begin]
    for (;;) {
      const at = stack.pop()
      const step = stack.pop()
      if (at === undefined || step === undefined) return false
      if (step < 0) slots[-1 - step] = at
      else if (this.#goOn(step, at, slots, stack, memory)) return true
      if (this.isOver) return false
    }
  }

  #goOn(step: number, at: number, slots: number[], stack: number[], memory: Memory): boolean {
    for (let [pc, place] = [step, at]; ; ) {
      this.#left -= 1
      const now = this.#steps[pc]
      if (now === undefined || this.isOver) return false
      if (now.op === 'either') {
        if (this.#remembers && memory.has(this.#state(pc, place, now.within, slots))) return false
        stack.push(now.second, place)
        pc = now.first
        continue
      }
      if (now.op === 'done') return true
      if (now.op === 'go') {
        pc = now.to
        continue
      }
      const next = this.#take(now, place, slots, stack)
      if (next === undefined) return false
      place = next
      pc += 1
    }
  }

  #state(step: number, at: number, within: readonly number[], slots: readonly number[]): number {
    let state = step * (this.#text.length + 1) + at
    state *= this.#states
    for (const [bit, slot] of within.entries()) if (slots[slot] !== at) state += 2 ** bit
    return state
  }

  /** Where the text goes on after a step, or nothing where the step fails. */
  #take(now: Exclude<Step, { op: 'either' | 'done' | 'go' }>, at: number, slots: number[], stack: number[]) {
    switch (now.op) {
      case 'char': {
        const index = now.back ? at - 1 : at
        if (index < 0 || index >= this.#text.length || !now.accepts(this.#text.charCodeAt(index)))
          return undefined
        return now.back ? at - 1 : at + 1
      }
      case 'save':
        put(slots, now.slot, at, stack)
        return at
      case 'forget':
        for (let slot = now.from; slot < now.to; slot++) put(slots, slot, -1, stack)
        return at
      case 'moved':
        return slots[now.since] !== at ? at : undefined
      case 'edge':
        return now.holds(this.#text, at) ? at : undefined
      case 'look':
        return this.#look(now, at, slots, stack)
      case 'again':
        return this.#again(now, at, slots)
    }
  }

  #look({ negate, from }: Extract<Step, { op: 'look' }>, at: number, slots: number[], stack: number[]) {
    const inside = [...slots]
    const found = this.from(from, at, inside, this.#newMemory())
    if (found === negate) return undefined
    if (!negate) for (const [slot, value] of inside.entries()) put(slots, slot, value, stack)
    return at
  }

  #again(
    { slots: starts, back, fold }: Extract<Step, { op: 'again' }>,
    at: number,
    slots: readonly number[],
  ) {
    const start = starts.find((slot) => (slots[slot] ?? -1) >= 0 && (slots[slot + 1] ?? -1) >= 0)
    if (start === undefined) return at
    const wanted = this.#text.slice(slots[start], slots[start + 1])
    const [from, to] = back ? [at - wanted.length, at] : [at, at + wanted.length]
    if (from < 0 || to > this.#text.length) return undefined
    const found = this.#text.slice(from, to)
    const isSame = fold ? found.toUpperCase() === wanted.toUpperCase() : found === wanted
    return isSame ? (back ? from : to) : undefined
  }
}

function put(slots: number[], slot: number, value: number, stack: number[]): void {
  const before = slots[slot] ?? -1
  if (before === value) return
  stack.push(-1 - slot, before)
  slots[slot] = value
}

/** A set of numbers below a bound. */
class Memory {
  readonly #words: Uint32Array

  constructor(size: number) {
    this.#words = new Uint32Array((size + 31) >>> 5)
  }

  /** Whether it had the number, which it has from now on. */
  has(number: number): boolean {
    const word = number >>> 5
    const bit = 1 << (number & 31)
    const before = this.#words[word] ?? 0
    this.#words[word] = before | bit
    return (before & bit) !== 0
  }
}
