import { setTimeout as pause } from 'node:timers/promises'
import type { GenerationAddress } from '@biplane/config-store'
import type { TargetHealth } from '@biplane/entities'
import type { Change, Position, Violation } from '@biplane/protocol'
import type { Logger } from '@biplane/service'
import type { MetricSums } from '../facilities/metric-sums.ts'
import type { HealthOrder, HealthTold } from '../health/health-order.ts'
import type { SharedCounterTable } from '../shared-counters/shared-counters.ts'
import type { SharedTable } from '../upstreams/shared-table.ts'
import type { Controls } from './controls.ts'
import type { Counters } from './counters.ts'
import type { Exclusive } from './exclusive.ts'
import type { Ask, Beginning, WorkerOrders } from './messages.ts'
import { startWorker, type WorkerThread } from './worker-thread.ts'

export interface PoolOptions {
  readonly workers: number
  /** What every worker is made from. */
  readonly orders: Omit<WorkerOrders, 'slot' | 'counters' | 'controls' | 'sharedCounters' | 'upstreams'>
  /** The generation that is active now. Workers start before it is known, and begin with it. */
  readonly generation: () => Promise<GenerationAddress>
  /** What the node was told of the health of targets before it started. */
  readonly marks: () => Promise<readonly TargetHealth[]>
  readonly counters: Counters
  readonly controls: Controls
  /** What plugins count. */
  readonly sharedCounters: SharedCounterTable
  /** What they measure. */
  readonly metrics: MetricSums
  /** What workers know together of upstreams. */
  readonly upstreams: SharedTable
  /** An apply holds this, so that no worker is replaced in the middle of one. */
  readonly exclusive: Exclusive
  readonly log: Logger
  readonly silenceMs?: number
}

const SILENCE_MS = 5_000
/** Between two tries to replace a worker that dies at once. */
const PAUSE_MS = 1_000
const LATE_MS = 500

/** The workers of a node: told together what to serve, watched, and replaced one by one when they fall silent or die. */
export class WorkerPool {
  readonly #options: PoolOptions
  readonly #threads: (WorkerThread | undefined)[]
  readonly #stopping = new AbortController()
  #watch: NodeJS.Timeout | undefined
  #replaced = 0
  /** The one that probes for the node. */
  #prober: WorkerThread | undefined
  /** Said while there was no worker to hear it, in this order. */
  readonly #unsaid: (readonly TargetHealth[])[] = []

  private constructor(options: PoolOptions) {
    this.#options = options
    this.#threads = Array.from({ length: options.workers }, () => undefined)
  }

  /** @throws what keeps a worker from starting */
  static async start(options: PoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options)
    const fills = await Promise.allSettled(pool.#threads.map((_, slot) => pool.#fill(slot, options.marks())))
    const failed = fills.find((fill) => fill.status === 'rejected')
    if (failed !== undefined) {
      await pool.#terminateAll()
      throw failed.reason
    }
    const silenceMs = options.silenceMs ?? SILENCE_MS
    pool.#watch = setInterval(pool.#silenceWatch(silenceMs), silenceMs / 5)
    return pool
  }

  /** What keeps the stored config from being served; empty when it is served. */
  get startErrors(): readonly Violation[] {
    return this.#threads.find((thread) => thread !== undefined)?.errors ?? []
  }

  /** How many workers serve, and how many should. */
  get serving(): { readonly now: number; readonly wanted: number } {
    return {
      now: this.#threads.filter((thread) => thread !== undefined).length,
      wanted: this.#threads.length,
    }
  }

  /** How many had to be replaced since the start. */
  get replaced(): number {
    return this.#replaced
  }

  /** How long the event loop of each worker was at work since that worker started, milliseconds. */
  get busyMs(): readonly number[] {
    return this.#threads.map((thread) => thread?.busyMs() ?? 0)
  }

  get ports(): readonly number[] {
    return this.#threads.find((thread) => thread !== undefined)?.ports ?? []
  }

  /** Compiles changes beside what serves, in every worker. */
  prepareChanges(changes: readonly Change[]): Promise<readonly Violation[]> {
    return this.#askAll({ op: 'compile', changes })
  }

  /** Compiles a complete generation beside what serves, in every worker. */
  prepareGeneration(generation: GenerationAddress): Promise<readonly Violation[]> {
    return this.#askAll({ op: 'load', generation })
  }

  /** Serves from what was prepared. A worker that cannot ends, and its successor begins with what is stored. */
  async swap(generation: GenerationAddress, position: Position): Promise<void> {
    await this.#askAll({ op: 'swap', generation, position })
  }

  async discard(): Promise<void> {
    await this.#askAll({ op: 'discard' })
  }

  /** Asks any worker, the next one where it is gone before it answers; null where there is none. */
  async health(order: HealthOrder): Promise<HealthTold | null> {
    for (const thread of this.#threads) {
      const told = await thread?.health(order)
      if (told) return told
    }
    return null
  }

  /** Has the node think of targets what somebody said of them: now, or as soon as there is a worker again. */
  async mark(marks: readonly TargetHealth[]): Promise<void> {
    const told = await this.health({ op: 'mark', marks })
    if (told === null) this.#unsaid.push(marks)
  }

  /** Stops accepting at once, lets requests in flight end within this time, ends all threads. */
  async close(graceMs: number): Promise<void> {
    this.#stopping.abort()
    clearInterval(this.#watch)
    // A worker that does not even answer is not waited for.
    const late = pause(graceMs + LATE_MS, undefined, { ref: false })
    await Promise.race([this.#askAll({ op: 'drain', graceMs }), late])
    await this.#terminateAll()
  }

  /** The first worker's violations, if any: all compile the same. A worker that is gone has no say. */
  async #askAll(ask: Ask): Promise<readonly Violation[]> {
    const replies = await Promise.all(this.#threads.map((thread) => thread?.ask(ask)))
    return replies.find((errors) => errors !== null && errors !== undefined && errors.length > 0) ?? []
  }

  async #fill(slot: number, marks?: Promise<readonly TargetHealth[]>): Promise<void> {
    const { orders, generation, log } = this.#options
    const beginning = Promise.all([generation(), marks ?? []]).then(
      ([generation, marks]): Beginning => ({ generation, marks }),
    )
    const shared = {
      counters: this.#options.counters.buffer,
      controls: this.#options.controls.buffer,
      sharedCounters: this.#options.sharedCounters.buffer,
      upstreams: this.#options.upstreams.buffer,
    }
    const thread = await startWorker({ ...orders, slot, ...shared }, beginning, log, (deltas) =>
      this.#options.metrics.take(deltas),
    )
    if (this.#stopping.signal.aborted) return thread.terminate()
    this.#threads[slot] = thread
    this.#chooseProber()
    for (const marks of this.#unsaid.splice(0)) void this.mark(marks)
    void thread.ended.then((error) => this.#replace(slot, error))
  }

  async #replace(slot: number, cause: Error | null): Promise<void> {
    const { log, counters, sharedCounters, upstreams, exclusive } = this.#options
    this.#threads[slot] = undefined
    this.#chooseProber()
    counters.vacate(slot)
    sharedCounters.vacate(slot)
    upstreams.vacate(slot, Date.now())
    if (this.#stopping.signal.aborted) return
    this.#replaced += 1
    log.error({ worker: slot, err: cause }, 'a worker ended; another one takes its place')
    while (!this.#stopping.signal.aborted) {
      try {
        await exclusive.run(() => this.#fill(slot))
        if (!this.#stopping.signal.aborted) log.info({ worker: slot }, 'a worker was replaced')
        return
      } catch (error) {
        log.error({ worker: slot, err: error }, 'a worker cannot be replaced')
        await pause(PAUSE_MS)
      }
    }
  }

  /** One that is chosen stays it as long as it is there. */
  #chooseProber(): void {
    const isThere = this.#threads.includes(this.#prober) && this.#prober !== undefined
    if (isThere || this.#stopping.signal.aborted) return
    this.#prober = this.#threads.find((thread) => thread !== undefined)
    void this.#prober?.health({ op: 'probe' })
  }

  /** Ends workers whose beats have stopped: their event loop is stuck. */
  #silenceWatch(silenceMs: number): () => void {
    const { counters, log } = this.#options
    const heard = this.#threads.map(() => ({ beats: -1, at: performance.now() }))
    return () => {
      for (const [slot, thread] of this.#threads.entries()) {
        const beats = counters.get(slot, 'beats')
        const last = heard[slot]
        if (thread === undefined || last === undefined || beats !== last.beats) {
          heard[slot] = { beats, at: performance.now() }
        } else if (performance.now() - last.at >= silenceMs) {
          log.error(
            { worker: slot, silentMs: Math.round(performance.now() - last.at) },
            'a worker is silent; it is ended',
          )
          heard[slot] = { beats, at: performance.now() }
          void thread.terminate()
        }
      }
    }
  }

  async #terminateAll(): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#threads.map((thread) => thread?.terminate()))
  }
}
