/** Once, or for a moment, a worker is late for good reasons: it compiled a large config. */
const LOOKS = 3
const LASTING_MS = 1000

/** Tells a worker that cannot keep up from one that was busy for a moment: its event loop is late at every look for a while. */
export class Lateness {
  readonly #boundMs: number
  #looks = 0
  #since = 0
  #lasts = false

  constructor(boundMs: number) {
    this.#boundMs = boundMs
  }

  /** To be told at every look. @param lateMs by how much the look came late, at `now`, milliseconds */
  look(lateMs: number, now: number): void {
    if (lateMs <= this.#boundMs) {
      this.#looks = 0
      return
    }
    if (this.#looks === 0) this.#since = now - lateMs
    this.#looks += 1
    this.#lasts = now - this.#since >= LASTING_MS
  }

  get isTooLate(): boolean {
    return this.#looks >= LOOKS && this.#lasts
  }
}
