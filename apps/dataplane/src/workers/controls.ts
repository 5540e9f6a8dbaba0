import { type LogLevel, logLevels } from './messages.ts'

const DRAINING = 0
const LOG_LEVEL = 1
const SIZE = 2

/** What DRAINING holds: whoever asked for it can take it back, unless the node is about to stop. */
const [NO, ASKED, STOPPING] = [0, 1, 2]

/**
 * What the main thread tells all workers at any moment, in memory that they share: they see it with their next look,
 * whatever they are busy with, and so do those that take the place of others.
 */
export class Controls {
  readonly buffer: SharedArrayBuffer
  readonly #values: Uint8Array

  constructor(buffer = new SharedArrayBuffer(SIZE)) {
    this.buffer = buffer
    this.#values = new Uint8Array(buffer)
  }

  /** Whether the clients of the node are to go elsewhere with their next request. */
  get draining(): boolean {
    return this.#values[DRAINING] !== NO
  }

  /** From now on every answer is the last of its connection, so that clients leave in order: the node is about to stop. */
  drain(): void {
    this.#values[DRAINING] = STOPPING
  }

  /** The same because somebody asks for it, or takes it back. False when the node is about to stop: too late for either. */
  drainOnRequest(wanted: boolean): boolean {
    if (this.#values[DRAINING] === STOPPING) return false
    this.#values[DRAINING] = wanted ? ASKED : NO
    return true
  }

  /** The least severe lines that are logged. */
  get logLevel(): LogLevel {
    return logLevels[this.#values[LOG_LEVEL] ?? 0] ?? 'debug'
  }

  set logLevel(level: LogLevel) {
    this.#values[LOG_LEVEL] = logLevels.indexOf(level)
  }
}
