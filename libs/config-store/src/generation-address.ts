import type { KeyObject } from 'node:crypto'

/**
 * What a reader needs to open a generation. It may be sent to another thread; printed or logged, its key shows nothing.
 */
export interface GenerationAddress {
  readonly directory: string
  /** The data key; null where the generation is not encrypted. */
  readonly key: KeyObject | null
}
