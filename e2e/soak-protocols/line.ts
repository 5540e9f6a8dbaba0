/** A conversation with an upstream, whatever carries it. */
export interface Line {
  /** Resolves when it may say more. */
  say(message: Buffer): Promise<void>
  /** The next message; null when the other side has ended in order. Rejects when the line breaks. */
  hear(): Promise<Buffer | null>
  /** Says that it has nothing more to say. */
  finish(): void
  /** Leaves, whatever is said. */
  drop(): void
}

/** What has come and was not heard yet. */
export class Inbox {
  readonly #messages: (Buffer | null)[] = []
  #failure: Error | null = null
  #wake: (() => void) | null = null

  push(message: Buffer): void {
    this.#messages.push(message)
    this.#wake?.()
  }

  end(): void {
    this.#messages.push(null)
    this.#wake?.()
  }

  fail(error: Error): void {
    this.#failure ??= error
    this.#wake?.()
  }

  /** Rejects when it failed, or when nothing comes for so long. */
  async next(): Promise<Buffer | null> {
    while (this.#messages.length === 0) {
      if (this.#failure !== null) throw this.#failure
      const late = setTimeout(() => this.fail(new Error(`silence for ${PATIENCE_MS} ms`)), PATIENCE_MS)
      await new Promise<void>((wake) => {
        this.#wake = wake
      })
      clearTimeout(late)
    }
    return this.#messages.shift() ?? null
  }
}

/** Far more than anything takes. */
export const PATIENCE_MS = 30_000
