import type { Family, State } from './families.ts'
import { type Facts, judged } from './judge.ts'
import type { Outcome } from './outcome.ts'
import type { Register } from './register.ts'

/** Calls by what came of them. */
export interface Count {
  right: number
  refused: number
  excused: number
  /** How many answered wholly went on while their family was changed. */
  outlived: number
}

/** Judges what callers tell, each when it is known what was written meanwhile. */
export class Court {
  readonly #registers: Readonly<Record<Family, Register<State>>>
  readonly #facts: Facts
  readonly #open = new Set<Promise<void>>()
  /** By protocol. */
  readonly counts = new Map<string, Count>()
  readonly faults: string[] = []
  /** Of the conversations that came to a good end, the longest, milliseconds; and most changes that one outlived. */
  readonly longest = { ms: 0, changes: 0 }

  constructor(registers: Readonly<Record<Family, Register<State>>>, facts: Facts) {
    this.#registers = registers
    this.#facts = facts
  }

  take(outcome: Outcome): void {
    const judging = this.#judge(outcome)
    this.#open.add(judging)
    void judging.finally(() => this.#open.delete(judging))
  }

  /** When nothing is left to be judged. */
  async adjourn(): Promise<void> {
    await Promise.all(this.#open)
  }

  async #judge(outcome: Outcome): Promise<void> {
    const { call, sentAt, openedAt, endedAt } = outcome
    const register = this.#registers[call.family]
    await register.settled()
    const judgement = judged(outcome, register, this.#facts)
    if (judgement.kind === 'wrong') {
      const when = `${new Date(sentAt).toISOString()} for ${endedAt - sentAt} ms`
      this.faults.push(
        `${when}, ${call.protocol} ${call.id}\n    expected ${judgement.expected}\n    got ${judgement.got}`,
      )
      return
    }
    const count = this.counts.get(call.protocol) ?? { right: 0, refused: 0, excused: 0, outlived: 0 }
    this.counts.set(call.protocol, count)
    count[judgement.kind] += 1
    if (judgement.kind !== 'right') return
    const changes = register.changesBetween(openedAt, endedAt)
    if (changes > 0) count.outlived += 1
    this.longest.ms = Math.max(this.longest.ms, endedAt - openedAt)
    this.longest.changes = Math.max(this.longest.changes, changes)
  }
}
