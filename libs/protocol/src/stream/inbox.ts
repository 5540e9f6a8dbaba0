import type { Readable } from 'node:stream'

/**
 * What the other end of a call says, one message at a time. The stream's own iterator would not do: when a call is
 * ended with an error it destroys the stream, and with it the status that still waits behind a write.
 */
export class Inbox<T> {
  readonly #call: Readable
  #ended = false
  #wake: () => void = () => undefined

  constructor(call: Readable) {
    this.#call = call
    const end = () => {
      this.#ended = true
      this.#wake()
    }
    call.on('readable', () => this.#wake())
    for (const event of ['end', 'close', 'error']) call.on(event, end)
  }

  /** The next message, or null when there will be none. To be asked again only after it has answered. */
  async next(): Promise<T | null> {
    while (true) {
      const message: T | null = this.#call.read()
      if (message !== null || this.#ended) return message
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}
