import type { Socket } from 'node:dgram'
import type { Balancer } from '../balancer.ts'
import type { Family, Lane } from './families.ts'

/** One thing that a client does: a request, or a conversation. */
export interface Call {
  /** As reports name it, such as `h2c`. */
  readonly protocol: string
  readonly family: Family
  readonly lane: Lane
  readonly id: string
  /** Whether it goes on for some time. */
  readonly isLong: boolean
}

/** What came of it. Times are milliseconds since the epoch. */
export interface Outcome {
  readonly call: Call
  readonly sentAt: number
  /** When the answer began, or when there was to be none. */
  readonly openedAt: number
  readonly endedAt: number
  /** Null where it came to none. */
  readonly node: string | null
  /** What its node was promised to have when it began. */
  readonly floor: number
  /** That it was answered by, where the protocol has a place for it. */
  readonly revision: number | null
  /** Null where nothing came, as of a stream without a route. */
  readonly answer: Answer | null
  /** How it was broken off. */
  readonly error: string | null
  /** What is wrong with what came. Nothing excuses that. */
  readonly flaw: string | null
  /** The certificate of a connection that was made for it. */
  readonly certificate: string | null
}

export interface Answer {
  readonly status: number
  readonly site: number | null
  /** That the upstream was asked for. */
  readonly path: string | null
  readonly mark: string | null
}

/** What callers stand on. */
export interface Ground {
  readonly plain: Balancer
  readonly tls: Balancer
  /** By lane. */
  readonly tcp: readonly [Balancer, Balancer]
  readonly ssl: Balancer
  /** By lane, where a node that is up takes datagrams. */
  udp(lane: Lane): { readonly node: string; readonly port: number }
  /** A socket to a port of this host, from a port that a session of somebody else cannot have. */
  udpSocket(port: number): Promise<Socket>
  nodeBehind(balancer: Balancer, port: number): string | null
  /** By node, the revision that everybody has been promised. */
  floors(): ReadonlyMap<string, number>
  /** When long conversations are to come to their end. */
  readonly stopping: AbortSignal
}

/** What is written down while a call goes on. */
export class Notes {
  readonly #call: Call
  readonly #sentAt = Date.now()
  readonly #floors: ReadonlyMap<string, number>
  #openedAt: number | null = null
  node: string | null = null
  revision: number | null = null
  answer: Answer | null = null
  certificate: string | null = null
  error: string | null = null
  flaw: string | null = null

  constructor(call: Call, { floors }: Ground) {
    this.#call = call
    this.#floors = floors()
  }

  /** The answer begins. */
  opened(answer: Answer): void {
    this.#openedAt = Date.now()
    this.answer = answer
  }

  get outcome(): Outcome {
    const { node, revision, answer, certificate, error, flaw } = this
    const endedAt = Date.now()
    return {
      ...{ call: this.#call, sentAt: this.#sentAt, openedAt: this.#openedAt ?? endedAt, endedAt },
      ...{ node, floor: this.#floors.get(node ?? '') ?? 0 },
      ...{ revision, answer, certificate, error, flaw },
    }
  }
}
