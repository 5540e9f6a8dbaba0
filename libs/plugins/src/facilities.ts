import type { PluginLog } from './context.ts'

/** What a node lends its plugins: things that live longer than a request, and longer than a config. */
export interface Facilities {
  readonly counters: SharedCounters
  readonly metrics: PluginMetrics
  readonly log: PluginLog
  /** Milliseconds since the epoch. */
  now(): number
  /**
   * The thing of this key in this worker, which is opened when it is first asked for: a connection, a queue. It is closed
   * when nobody has asked for it for ten minutes, and when the worker stops, which waits for it a while.
   *
   * @param key begins with the plugin's name, and says all that `open` depends on
   */
  keep<T extends Kept>(key: string, open: () => T): T
}

export interface Kept {
  /** Brings to an end what is under way. Resolves when that is done, or cannot be; it is not asked twice. */
  close(): Promise<void>
}

/**
 * Counters that all workers of the node share, so that what is counted holds for the node. They are in memory of a fixed
 * size: a node that starts has counted nothing, and where there are too many keys, the one that was longest not used is
 * forgotten.
 */
export interface SharedCounters {
  /**
   * Counts `by` in each of the windows, or in none of them if one has reached its limit. Whoever counts under the same key
   * meanwhile, in whichever worker, waits: of a limit of 100 exactly 100 are taken.
   *
   * @returns what each window held before
   */
  take(key: string, windows: readonly CountingWindow[], by?: number): readonly number[]
}

export interface CountingWindow {
  /** Which of the six windows of its key this is, 0 to 5. */
  readonly place: number
  /** Seconds since the epoch. What was counted in a window of the same place that began at another time is forgotten. */
  readonly start: number
  readonly end: number
  /** Infinity for none. */
  readonly limit: number
}

/** What plugins measure. The node sums it over its workers and shows it on `/metrics` of its Status API within a second. */
export interface PluginMetrics {
  /**
   * Adds to a counter.
   *
   * @param labels values in the order of the names in `metric.labels`
   */
  add(metric: MetricDefinition, labels: readonly string[], by: number): void
  /** Puts a value into a histogram, one with `buckets`. */
  observe(metric: MetricDefinition, labels: readonly string[], value: number): void
}

/** To be made once, not for each request. */
export interface MetricDefinition {
  readonly name: string
  readonly help: string
  readonly labels: readonly string[]
  /** The upper bounds of a histogram, ascending; absent for a counter. */
  readonly buckets?: readonly number[]
}

/** What the plugin is told of itself beside its config: the ids that the config is limited to. */
export interface PluginScope {
  readonly route: string | null
  readonly service: string | null
  readonly consumer: string | null
  readonly consumer_group: string | null
}
