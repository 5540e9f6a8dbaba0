import type { Address, Turns } from './address.ts'
import { hashRing } from './hash-ring.ts'
import { latency } from './latency.ts'
import { leastConnections } from './least-connections.ts'
import { roundRobin } from './round-robin.ts'

/** Chooses where one try of a request goes. Undefined when nothing can be had. */
export type Choose = (turn: Turn) => Address | undefined

/** A try of a request. */
export interface Turn {
  /** Whether requests may go there now. */
  readonly available: (address: Address) => boolean
  /** The keys of the addresses that failed this request before. */
  readonly failed: ReadonlySet<string>
  /** What is hashed, one character a byte. */
  readonly hash: string
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** What there is to choose from. */
export interface Choices {
  /** In one order on all workers and nodes. */
  readonly addresses: readonly Address[]
  /** How many targets they are of, with those that are not used. */
  readonly targets: number
  /** Of the ring. */
  readonly slots: number
  readonly turns: Turns
  /** The turns of those whose own address could not be had. */
  readonly substitutes: Turns
}

export const algorithms = {
  'round-robin': roundRobin,
  'least-connections': leastConnections,
  'consistent-hashing': hashRing,
  latency,
} satisfies Record<string, (choices: Choices) => Choose>

export type AlgorithmName = keyof typeof algorithms
