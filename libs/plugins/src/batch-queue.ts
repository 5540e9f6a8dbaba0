import type { PluginLog } from './context.ts'
import type { Kept } from './facilities.ts'
import { WaitingList } from './waiting-list.ts'

/** The fields of `config.queue`; times in seconds. */
export interface QueueSettings {
  readonly max_batch_size: number
  readonly max_coalescing_delay: number
  readonly max_entries: number
  /** Of entries that wait; null for no bound. */
  readonly max_bytes: number | null
  readonly max_retry_time: number
  readonly initial_retry_delay: number
  readonly max_retry_delay: number
}

/** What is set to null is as by default. */
export function queueSettings(given: { readonly [K in keyof QueueSettings]: number | null }): QueueSettings {
  return {
    max_batch_size: given.max_batch_size ?? 1,
    max_coalescing_delay: given.max_coalescing_delay ?? 1,
    max_entries: given.max_entries ?? 10_000,
    max_bytes: given.max_bytes,
    max_retry_time: given.max_retry_time ?? 60,
    initial_retry_delay: given.initial_retry_delay ?? 0.01,
    max_retry_delay: given.max_retry_delay ?? 60,
  }
}

/** Sends a batch. @throws what keeps it from being taken: it is tried again */
export type SendBatch = (entries: readonly string[]) => Promise<void>

/**
 * Gathers entries and sends them in batches, one at a time: after the first entry it waits for more, until the batch is
 * full or the time is over. A batch that fails is tried again, with doubled pauses, until it is given up. When too many
 * wait, the oldest are dropped, and the log is told once until there is room again.
 */
export class BatchQueue implements Kept {
  readonly #name: string
  readonly #settings: QueueSettings
  readonly #send: SendBatch
  readonly #log: PluginLog
  readonly #entries = new WaitingList()
  #bytes = 0
  #dropped = 0
  #working: Promise<void> | null = null
  #closing = false
  /** Ends a wait for more entries. */
  #hurry: (() => void) | null = null

  constructor(name: string, settings: QueueSettings, send: SendBatch, log: PluginLog) {
    this.#name = name
    this.#settings = settings
    this.#send = send
    this.#log = log
  }

  add(entry: string): void {
    const { max_entries: maxEntries, max_bytes: maxBytes, max_batch_size: batchSize } = this.#settings
    const bytes = maxBytes === null ? 0 : Buffer.byteLength(entry)
    if (maxBytes !== null && bytes > maxBytes) {
      this.#log.error({ queue: this.#name, bytes, max_bytes: maxBytes }, 'an entry is too long for its queue')
      return
    }
    while (this.#entries.length >= maxEntries || (maxBytes !== null && this.#bytes + bytes > maxBytes))
      this.#drop()
    this.#entries.add(entry)
    this.#bytes += bytes
    this.#working ??= this.#work()
    if (this.#entries.length >= batchSize) this.#hurry?.()
  }

  /** Sends what waits, without waiting for more. */
  async close(): Promise<void> {
    this.#closing = true
    this.#hurry?.()
    await this.#working
  }

  #drop(): void {
    const [oldest] = this.#entries.take(1)
    if (this.#settings.max_bytes !== null) this.#bytes -= Buffer.byteLength(oldest ?? '')
    if (this.#dropped === 0)
      this.#log.error({ queue: this.#name }, 'a queue is full: its oldest entries are dropped until it moves')
    this.#dropped += 1
  }

  async #work(): Promise<void> {
    const { max_batch_size: batchSize, max_coalescing_delay: delay, max_bytes: maxBytes } = this.#settings
    while (this.#entries.length > 0) {
      if (this.#entries.length < batchSize) await this.#wait(delay)
      const batch = this.#entries.take(batchSize)
      if (maxBytes !== null) for (const entry of batch) this.#bytes -= Buffer.byteLength(entry)
      await this.#deliver(batch)
      if (this.#dropped === 0) continue
      this.#log.info({ queue: this.#name, dropped: this.#dropped }, 'a queue that was full moves again')
      this.#dropped = 0
    }
    this.#working = null
  }

  async #deliver(batch: readonly string[]): Promise<void> {
    const {
      max_retry_time: giveUpAfter,
      initial_retry_delay: first,
      max_retry_delay: longest,
    } = this.#settings
    const startedAt = performance.now()
    for (let pause = first; ; pause *= 2) {
      try {
        await this.#send(batch)
        return
      } catch (error) {
        const cause = error instanceof Error ? error.message : String(error)
        if (performance.now() - startedAt >= giveUpAfter * 1000) {
          this.#log.error(
            { queue: this.#name, cause, lost: batch.length },
            'entries of a queue were given up',
          )
          return
        }
        this.#log.warn(
          { queue: this.#name, cause },
          'entries of a queue could not be sent; they are tried again',
        )
      }
      await new Promise((resolve) => setTimeout(resolve, Math.min(pause, longest) * 1000).unref())
    }
  }

  async #wait(seconds: number): Promise<void> {
    if (this.#closing || seconds === 0) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, seconds * 1000).unref()
    this.#hurry = resolve
    await promise
    clearTimeout(timer)
    this.#hurry = null
  }
}
