import { setTimeout as pause } from 'node:timers/promises'
import type { Position } from '@biplane/protocol'
import { Bell } from './bell.ts'

/** Between two hubs of the same source there are moments, rarely more. */
const GRACE_MS = 3_000

/**
 * A follower that comes from another hub may have more than this one: it is not taken back. It keeps what it has until
 * this hub has that too, or has a source and still does not: then the config itself was put back.
 */
export class CatchingUp {
  readonly #position: () => Position
  readonly #graceMs: number
  readonly #moved = new Bell()
  /** Whether this hub follows a source. */
  #follows = false

  constructor(position: () => Position, graceMs = GRACE_MS) {
    this.#position = position
    this.#graceMs = graceMs
  }

  linked(follows: boolean): void {
    this.#follows = follows
    this.#moved.ring()
  }

  /** The copy has moved on. */
  moved(): void {
    this.#moved.ring()
  }

  /** Resolves when a follower that is there may be served. Rejects with the signal's reason when that aborts first. */
  async reached(there: Position, signal: AbortSignal): Promise<void> {
    let late: Promise<'late'> | null = null
    while (this.#isAhead(there)) {
      const moved = this.#moved.heard(signal)
      late = this.#follows ? (late ?? pause(this.#graceMs, 'late', { ref: false })) : null
      if ((await Promise.race(late === null ? [moved] : [moved, late])) === 'late') return
    }
  }

  #isAhead({ epoch, revision }: Position): boolean {
    const own = this.#position()
    return own.epoch === epoch && own.revision < revision
  }
}
