import type { Link } from '@biplane/protocol/stream'
import type { FollowerMetrics } from '@biplane/service'
import { HubsBelow } from './hubs-below.ts'
import { Reporter } from './reporter.ts'
import { Roster } from './roster.ts'

/** What of a hub goes to its source: the truth about its own nodes, and about the hubs below it and theirs. */
export class Upward {
  readonly reporter: Reporter
  readonly below: HubsBelow
  readonly #metrics: Pick<FollowerMetrics, 'linked'>
  #link: Link | null = null
  #draining = false

  constructor(metrics: Pick<FollowerMetrics, 'linked'>) {
    const now = () => performance.now()
    const stamp = () => (this.#draining ? { draining: true } : {})
    this.reporter = new Reporter(new Roster(), now, { stamp })
    this.below = new HubsBelow(now)
    this.#metrics = metrics
  }

  /** `host:port` of the source; null while there is none. */
  get address(): string | null {
    return this.#link?.address ?? null
  }

  get follows(): boolean {
    return this.#link !== null
  }

  get draining(): boolean {
    return this.#draining
  }

  /** The source was found, or lost (null). */
  set(link: Link | null): void {
    this.#link = link
    this.#metrics.linked(link)
    void this.reporter.attach(link)
    this.below.attach(link)
  }

  /** The hub is going to stop. */
  drain(): void {
    this.#draining = true
    this.reporter.touch()
  }
}
