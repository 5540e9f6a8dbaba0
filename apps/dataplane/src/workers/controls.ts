import { type LogLevel, logLevels } from './messages.ts'

const DRAINING = 0
const LOG_LEVEL = 1
const SIZE = 2

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

  /** Whether the node is about to stop: its clients are to go elsewhere with their next request. */
  get draining(): boolean {
    return this.#values[DRAINING] === 1
  }

  /** From now on every answer is the last of its connection, so that clients leave in order. */
  drain(): void {
    this.#values[DRAINING] = 1
  }

  /** The least severe lines that are logged. */
  get logLevel(): LogLevel {
    return logLevels[this.#values[LOG_LEVEL] ?? 0] ?? 'debug'
  }

  set logLevel(level: LogLevel) {
    this.#values[LOG_LEVEL] = logLevels.indexOf(level)
  }
}
