import { decodeBody } from '../body.ts'
import type { EncodedChange } from '../change.ts'
import { NOWHERE, type Position, samePosition } from '../position.ts'
import type { Answer, IncomingUpdate } from '../update.ts'
import { violationOfAll } from '../violation.ts'
import type { Log } from './log.ts'
import type { Begin, Down } from './messages.ts'
import { ProtocolError } from './protocol-error.ts'

export interface Receiver {
  readonly position: () => Position
  readonly onUpdate: (update: IncomingUpdate) => Promise<Answer>
  readonly log: Log
}

/**
 * Hands one update to the follower while it arrives, and reads it to its End whatever the follower makes of it.
 * Rejects when the source dies or lies: then there is nobody to answer.
 */
export async function receiveUpdate(
  begin: Begin,
  next: () => Promise<Down>,
  receiver: Receiver,
): Promise<Answer> {
  const { from, to } = begin
  if (from !== null && !samePosition(from, receiver.position())) {
    throw new ProtocolError(`a delta from revision ${from.revision}, which is not where this follower is`)
  }
  const chunks = new Chunks(next)
  const incoming = new Changes(decodeBody(chunks.read(), begin))
  const update: IncomingUpdate = {
    kind: from === null ? 'snapshot' : 'delta',
    from: from ?? NOWHERE,
    to,
    changes: incoming.read(),
  }
  const answer = await answerOf(update, incoming, receiver)
  await chunks.drain()
  return answer
}

async function answerOf(
  update: IncomingUpdate,
  incoming: Changes,
  { onUpdate, log }: Receiver,
): Promise<Answer> {
  const answer = await onUpdate(update).catch((error: unknown): Answer => {
    incoming.throwIfFailed()
    const { revision } = update.to
    log.error({ err: error, revision }, 'applying an update failed')
    const message = error instanceof Error ? error.message : String(error)
    return { kind: 'rejected', revision, retryable: true, errors: [violationOfAll(message)] }
  })
  incoming.throwIfFailed()
  return answer
}

/** The decoded changes of an update; remembers why they broke off, to tell the source's fault from the follower's. */
class Changes {
  readonly #changes: AsyncIterable<EncodedChange>
  #failure: { readonly error: unknown } | null = null

  constructor(changes: AsyncIterable<EncodedChange>) {
    this.#changes = changes
  }

  async *read(): AsyncGenerator<EncodedChange> {
    try {
      yield* this.#changes
    } catch (error) {
      this.#failure = { error }
      throw error
    }
  }

  throwIfFailed(): void {
    if (this.#failure !== null) throw this.#failure.error
  }
}

/** The chunks between Begin and End. */
class Chunks {
  readonly #next: () => Promise<Down>
  #reading: Promise<Uint8Array | null> = Promise.resolve(null)
  #ended = false

  constructor(next: () => Promise<Down>) {
    this.#next = next
  }

  async *read(): AsyncGenerator<Uint8Array> {
    for (let chunk = await this.#take(); chunk !== null; chunk = await this.#take()) yield chunk
  }

  async drain(): Promise<void> {
    while (!this.#ended) await this.#take()
  }

  /** One at a time, even if a reader was abandoned while it waited: what comes after End belongs to somebody else. */
  #take(): Promise<Uint8Array | null> {
    this.#reading = this.#reading.then(() => this.#receive())
    return this.#reading
  }

  async #receive(): Promise<Uint8Array | null> {
    if (this.#ended) return null
    const message = await this.#next()
    if (message.kind === 'chunk') return message.data
    if (message.kind !== 'end') throw new ProtocolError(`${message.kind} within an update`)
    this.#ended = true
    return null
  }
}
