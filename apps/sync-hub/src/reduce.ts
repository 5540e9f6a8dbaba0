import type { Loss, Rule } from '@biplane/compat'
import { type Digest, digest, type EncodedChange, type WithheldReason } from '@biplane/protocol'

/** A change of the full config together with the bytes it replaces; `before` is null where there was no such entity. */
export interface Replacement extends EncodedChange {
  readonly before: Uint8Array | null
}

/** What older software gets of one change: another change (a drop is a delete), or the reason why it may get nothing at all. */
export type Downgrade = (change: EncodedChange) => Downgraded
export type Downgraded =
  | {
      readonly kind: 'change'
      /** Null for one of a kind that it does not know: it is not sent even the delete. */
      readonly change: EncodedChange | null
      /** The rules that took something from it. */
      readonly reductions: readonly Rule[]
    }
  | { readonly kind: 'refused'; readonly reason: WithheldReason }

/** A batch of changes as older software sees it. */
export interface Step {
  readonly changes: readonly EncodedChange[]
  /** Sums of digests, by which the hash of the reduced config advances. */
  readonly added: Digest
  readonly removed: Digest
  /** For each entity of the batch: why it is refused, or null if it is not (any more). */
  readonly refused: ReadonlyMap<string, WithheldReason | null>
  readonly losses: readonly Loss[]
}

/** One name for an entity among all kinds. */
export function entityKey({ kind, id }: { readonly kind: string; readonly id: string }): string {
  return `${kind}\0${id}`
}

/** A refused entity travels as a delete: the config without it is never sent, and the step after it starts from there. */
export function reduce(replacements: readonly Replacement[], downgrade: Downgrade): Step {
  const changes: EncodedChange[] = []
  const refused = new Map<string, WithheldReason | null>()
  const losses: Loss[] = []
  let added = 0n
  let removed = 0n
  for (const { kind, id, bytes, before } of replacements) {
    const was = before === null ? null : downgrade({ kind, id, bytes: before })
    if (was !== null) removed += digestOf(was)
    const now = downgrade({ kind, id, bytes })
    added += digestOf(now)
    if (now.kind === 'refused') changes.push({ kind, id, bytes: null })
    else if (now.change !== null) changes.push(now.change)
    refused.set(entityKey({ kind, id }), now.kind === 'refused' ? now.reason : null)
    const loss = { id, was: reductionsOf(was), is: reductionsOf(now) }
    if (loss.was.length + loss.is.length > 0) losses.push(loss)
  }
  return { changes, added, removed, refused, losses }
}

/** What was taken from one entity; nothing from one that is not sent at all. */
export function reductionsOf(downgraded: Downgraded | null): readonly Rule[] {
  return downgraded?.kind === 'change' ? downgraded.reductions : []
}

/** The share of one downgraded entity in the hash: nothing if it is dropped, refused or not known. */
export function digestOf(downgraded: Downgraded): Digest {
  if (downgraded.kind === 'refused' || downgraded.change === null) return 0n
  if (downgraded.change.bytes === null) return 0n
  const { kind, id, bytes } = downgraded.change
  return digest(kind, id, bytes)
}
