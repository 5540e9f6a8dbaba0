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

/** How many conversations are open at a site, those of events and of streams included. */
export interface Open {
  conversations: number
}

/** An event, or a message of a stream that goes one way. */
export function eventOf(id: string, number: number): Buffer {
  return Buffer.from(`${id} ${number}`)
}
