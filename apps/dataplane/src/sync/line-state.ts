import type { Answer, Violation, Welcome, Withheld, WithheldReason } from '@biplane/protocol'
import type { Link } from '@biplane/protocol/stream'

/** How the line of a node to its control plane is, as the node sees it. Times are milliseconds since the epoch. */
export interface LineReport {
  readonly hub: Hub | null
  /** Of the link that there is, or of its loss; the start of the process before the first one. */
  readonly since: number
  /** What became of each address that was tried since there is no link. */
  readonly troubles: readonly { readonly address: string; readonly reason: string; readonly at: number }[]
  readonly applied: { readonly at: number; readonly tookMs: number } | null
  /** Null when the newest update was applied. */
  readonly rejected:
    | (Pick<Extract<Answer, { kind: 'rejected' }>, 'revision' | 'retryable'> & {
        readonly at: number
        readonly errors: readonly Violation[]
      })
    | null
  readonly withheld: { readonly at: number; readonly reason: WithheldReason } | null
}

export interface Hub {
  readonly id: string
  readonly version: string
  /** `host:port`, as configured. */
  readonly address: string
}

/** Remembers the newest of what comes over the line. */
export class LineState {
  readonly #now: () => number
  readonly #hubs = new Map<string, Hub>()
  #report: LineReport

  constructor(now: () => number) {
    this.#now = now
    this.#report = { hub: null, since: now(), troubles: [], applied: null, rejected: null, withheld: null }
  }

  get report(): LineReport {
    return this.#report
  }

  welcomed({ sourceId: id, version }: Welcome, address: string): void {
    this.#hubs.set(address, { id, version, address })
  }

  /** @param link null when it is lost */
  linked(link: Pick<Link, 'address'> | null): void {
    const hub = link === null ? null : (this.#hubs.get(link.address) ?? null)
    // What is withheld, every hub says anew.
    this.#note({ hub, since: this.#now(), ...(hub === null ? {} : { troubles: [], withheld: null }) })
  }

  /** What keeps the node from a hub; once it has another, that is of the past. */
  troubled(address: string, reason: string): void {
    if (this.#report.hub !== null) return
    const others = this.#report.troubles.filter((trouble) => trouble.address !== address)
    this.#note({ troubles: [...others, { address, reason, at: this.#now() }] })
  }

  withheld({ reason }: Withheld): void {
    this.#note({ withheld: { at: this.#now(), reason } })
  }

  /** Applies an update, and remembers what came of it. */
  remembered<U>(apply: (update: U) => Promise<Answer>): (update: U) => Promise<Answer> {
    return async (update) => {
      const answer = await apply(update)
      this.#answered(answer)
      return answer
    }
  }

  #answered(answer: Answer): void {
    const at = this.#now()
    if (answer.kind === 'applied') {
      this.#note({ applied: { at, tookMs: answer.tookMs }, rejected: null, withheld: null })
    } else {
      const { revision, retryable, errors } = answer
      this.#note({ rejected: { at, revision, retryable, errors }, withheld: null })
    }
  }

  #note(news: Partial<LineReport>): void {
    this.#report = { ...this.#report, ...news }
  }
}
