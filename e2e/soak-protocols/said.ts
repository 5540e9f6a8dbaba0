import { createHash } from 'node:crypto'

/** What an upstream tells first in a conversation. */
export interface Greeting {
  /** Its site, by the first of its ports. */
  readonly site: number
  /** That it was asked for; nothing where the protocol has none. */
  readonly path: string
}

/** Ends a conversation on lines that cannot be closed on one side only. */
export const BYE = Buffer.from('bye')

/** What an upstream answers to everything together, before it ends the conversation. */
export class Farewell {
  readonly #hash = createHash('sha1')

  heard(message: Buffer): void {
    this.#hash.update(message)
  }

  get text(): Buffer {
    return Buffer.from(`farewell ${this.#hash.copy().digest('hex')}`)
  }
}

/** The conversations that are open at a site, those of events and of streams included. */
export class Conversations {
  readonly #open = new Map<string, number>()

  /**
   * One begins.
   *
   * @param kind as reports name it
   * @returns to be called when it is over, as often as it is told of
   */
  begin(kind: string): () => void {
    this.#count(kind, 1)
    let isOpen = true
    return () => {
      if (isOpen) this.#count(kind, -1)
      isOpen = false
    }
  }

  /** Such as `2 events, 1 talk`; empty when there is none. */
  get told(): string {
    return [...this.#open].map(([kind, count]) => `${count} ${kind}`).join(', ')
  }

  #count(kind: string, more: number): void {
    const count = (this.#open.get(kind) ?? 0) + more
    if (count === 0) this.#open.delete(kind)
    else this.#open.set(kind, count)
  }
}

/** An event, or a message of a stream that goes one way. */
export function eventOf(id: string, number: number): Buffer {
  return Buffer.from(`${id} ${number}`)
}
