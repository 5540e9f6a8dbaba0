import type { Loss } from '@biplane/compat'
import {
  advance,
  compressBody,
  type Digest,
  type EncodedChange,
  type Position,
  type Snapshot,
  toHex,
  type WithheldReason,
} from '@biplane/protocol'
import { type Downgrade, type Downgraded, digestOf, entityKey, reductionsOf } from './reduce.ts'

/** A config that stays as it is until it is released. */
export interface Pinned {
  readonly position: Position
  entities(): Iterable<{ readonly kind: string; readonly id: string; readonly bytes: Uint8Array }>
  release(): void
}

export interface EncodedSnapshot {
  readonly snapshot: Snapshot
  /** Reasons by entity; the snapshot lacks these entities, so it must not be sent while there are any. */
  readonly refused: ReadonlyMap<string, WithheldReason>
  readonly losses: readonly Loss[]
}

/**
 * Reads a whole config once: downgrades, hashes and compresses it, and lets other work run in between.
 * @throws the signal's reason when it aborts
 */
export async function encodeSnapshot(
  pinned: Pinned,
  downgrade: Downgrade | null,
  signal: AbortSignal,
): Promise<EncodedSnapshot> {
  const refused = new Map<string, WithheldReason>()
  const losses: Loss[] = []
  let sum: Digest = 0n
  function* kept(): Generator<EncodedChange> {
    for (const entity of pinned.entities()) {
      signal.throwIfAborted()
      const downgraded: Downgraded = downgrade?.(entity) ?? {
        kind: 'change',
        change: entity,
        reductions: [],
      }
      if (downgrade !== null) sum = advance(sum, digestOf(downgraded), 0n)
      const is = reductionsOf(downgraded)
      if (is.length > 0) losses.push({ id: entity.id, was: [], is })
      if (downgraded.kind === 'refused') refused.set(entityKey(entity), downgraded.reason)
      else if (downgraded.change !== null && downgraded.change.bytes !== null) yield downgraded.change
    }
  }
  const body = await compressBody(kept())
  const { epoch, revision, hash } = pinned.position
  const to = { epoch, revision, hash: downgrade === null ? hash : toHex(sum) }
  return { snapshot: { kind: 'snapshot', to, body }, refused, losses }
}
