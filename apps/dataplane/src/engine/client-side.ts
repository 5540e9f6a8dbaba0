import type { Readable, Writable } from 'node:stream'
import type { IncomingRequest, ResponseHead } from './engine.ts'
import type { Traffic } from './traffic.ts'
import type { TunnelEnd } from './tunnel.ts'

/** The client of one exchange, whatever version of HTTP it speaks: its request, and the way of the answer to it. */
export interface ClientSide {
  readonly request: IncomingRequest
  readonly traffic: Traffic
  /** The body of the request as it comes. */
  readonly body: Readable
  /** Whether all of it has come. */
  readonly isBodyComplete: boolean
  /** How long the client says it is. */
  readonly statedLength: string | undefined
  /** Whether an answer has begun. */
  readonly hasBegun: boolean
  /** Whether all of the answer is handed over. */
  readonly hasEnded: boolean
  /** Whether trailers can follow the answer that has begun. */
  readonly takesTrailers: boolean
  /** Tells what happens from now on. Called once. */
  hear(events: ClientEvents): void
  /** Has the client send a body that it holds back until it is told to. */
  askForBody(): void
  /**
   * Begins the answer.
   *
   * @param isLast whether the connection is to end with it, where answers follow each other
   * @returns what takes its body, and is to be ended
   * @throws TypeError for a head that cannot be written
   */
  begin(head: ResponseHead, isLast: boolean, body: BodyForm): Writable
  /** To be called before the answer ends. @param fields names and values in turn */
  addTrailers(fields: readonly string[]): void
  /** Nobody wants what is left of the body, and all is answered. */
  dropBody(): void
  /** Ends the answer as one that is not whole. */
  breakOff(): void
  /** Turns the connection into a tunnel. Resolves when it has ended. */
  openTunnel(head: ResponseHead, upstream: TunnelEnd): Promise<void>
}

/** The body of an answer: nothing, bytes, the whole of what an upstream sent, or that as it comes. */
export type BodyForm = 'none' | 'bytes' | 'held' | 'stream'

/** What a client does. */
export interface ClientEvents {
  /** It stays silent for too long in the middle of its body, which somebody waits for. */
  late(): void
  /** Something went wrong; it is gone soon. */
  broken(): void
  /** All of the answer was handed over. */
  sent(): void
  /** It is gone, or the answer at its end. Nothing follows. */
  closed(): void
}
