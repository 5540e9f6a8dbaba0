import type { Link } from '@biplane/protocol/stream'
import type { NodeHealth } from '../health/node-health.ts'
import { ToldHealth } from './told-health.ts'

/** Between two reports on one link. */
const PACE_MS = 1000
/** What changes without anybody's notice, such as what a name resolves to, is looked at so often. */
const LOOK_EVERY_MS = 10_000

export interface TellingOptions {
  readonly health: Pick<NodeHealth, 'read' | 'onChange'>
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly paceMs?: number
  readonly signal: AbortSignal
}

/** Tells the control plane what this node thinks of its targets: all of it on each link at once, then whenever it has changed. */
export class HealthTeller {
  readonly #options: TellingOptions
  readonly #told = new ToldHealth()
  #link: Link | null = null
  #news = Promise.withResolvers<void>()
  #linked = new AbortController()

  constructor(options: TellingOptions) {
    this.#options = options
    options.health.onChange(() => this.look(), options.signal)
  }

  /** There may be something new to tell. */
  look(): void {
    this.#news.resolve()
  }

  /** There is another link, or none (null). */
  linked(link: Link | null): void {
    this.#link = link
    this.#linked.abort()
    this.#linked = new AbortController()
    this.look()
  }

  /** Tells until the signal aborts. */
  async run(): Promise<void> {
    const { health, now, signal, paceMs = PACE_MS } = this.#options
    let last = { link: this.#link, text: '' }
    while (!signal.aborted) {
      this.#news = Promise.withResolvers()
      const [link, linked] = [this.#link, this.#linked.signal]
      // Read without a link too: so it is known since when an address has been out.
      const upstreams = await health.read()
      if (upstreams !== null) {
        const report = this.#told.report(upstreams, now())
        const text = JSON.stringify(report)
        if (link !== null && (last.link !== link || last.text !== text)) {
          await link.tell(report)
          last = { link, text }
        }
      }
      await quiet(paceMs, [signal, linked])
      await quiet(LOOK_EVERY_MS, [signal, linked], this.#news.promise)
    }
  }
}

/** Resolves after this time, when a signal aborts or with the news; and leaves nothing behind with the signals. */
function quiet(ms: number, signals: readonly AbortSignal[], news?: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const end = (): void => resolve()
  const timer = setTimeout(end, ms)
  timer.unref()
  void news?.then(end)
  for (const signal of signals) signal.addEventListener('abort', end)
  if (signals.some(({ aborted }) => aborted)) end()
  return promise.finally(() => {
    clearTimeout(timer)
    for (const signal of signals) signal.removeEventListener('abort', end)
  })
}
