import type { Json } from '@biplane/entities'
import type { EncodedChange, Position } from '@biplane/protocol'
import type { Log } from './log.ts'
import type { Lookups } from './lookups.ts'
import type { Refusal } from './refusal.ts'
import type { ConfigView, PinnedView } from './view.ts'

export interface StoreOptions {
  /** Created with mode 0700 where missing. One process at a time may have it open; its threads use `openReader`. */
  readonly directory: string
  readonly lookups: Lookups
  /** Bytes one generation may use; without it only the disk limits. While a snapshot arrives there are two generations. */
  readonly mapSize?: number
  readonly log: Log
  /** Called when a check that runs while serving finds damage: the store must be closed; the next open moves it aside. */
  readonly onDamage?: (reason: string) => void
}

/**
 * The config on disk. Reading gives the newest revision; a read of more than one step pins one. Everything that returns
 * has reached the disk, and a crash at any moment leaves the config before it or after it, whole.
 */
export interface Store extends ConfigView {
  /** The directory of the active generation: what readers in other threads pin. */
  readonly generation: string
  pin(): PinnedView
  /** Applies a net delta in one transaction. Judged on the end state only; nothing is written when it is refused. */
  applyDelta(
    from: Position,
    to: Position,
    changes: readonly EncodedChange[],
  ): { readonly kind: 'stored' } | Refusal
  /** Starts to write a config beside the active one. One at a time: throws while another is neither activated nor discarded. */
  beginSnapshot(to: Position): SnapshotWriter
  /**
   * Removes the directories of generations that are no longer active. To be called after a snapshot was activated and
   * all readers have left the previous generation.
   */
  removeOldGenerations(): Promise<void>
  /** Small values that belong to the store but not to the config, such as what the source said of itself. */
  getMeta(name: string): Json | undefined
  setMeta(name: string, value: Json): void
  close(): Promise<void>
}

export interface SnapshotWriter {
  /** Takes one upsert; writes in bounded transactions, so nothing proportional to the config is held in memory. */
  write(change: EncodedChange): void
  /** Ends writing: complete, verified and on disk, but not active. A refused snapshot is discarded. */
  seal(): Promise<Sealed | Refusal>
  /** Makes the sealed config the active one by one durable pointer change. */
  activate(): Promise<void>
  /** Drops what was written. Harmless after `activate`, so it fits a `finally`. */
  discard(): Promise<void>
}

export interface Sealed {
  readonly kind: 'sealed'
  /** What readers may already pin. */
  readonly generation: string
  readonly position: Position
}

/** Opens the store, or an empty one where it is missing, damaged or of another format: damage is logged and moved aside. */
export async function openStore(_options: StoreOptions): Promise<Store> {
  throw new Error('not written yet')
}
