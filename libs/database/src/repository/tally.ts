import type { Kind } from '@biplane/entities'
import { advance, type Digest, type EncodedChange } from '@biplane/protocol'
import type { EntityWrite, Made } from '../audit/record.ts'

/** Whether followers had an entity before a write, and have it after: as its digest, or null. */
export interface Turn {
  readonly before: Digest | null
  readonly after: Digest | null
}

/** Adds up what a transaction does to the config. */
export class Tally {
  /** In their order, an entity perhaps more than once. */
  readonly writes: EntityWrite[] = []
  readonly changes: EncodedChange[] = []
  readonly exported: EncodedChange[] = []
  step: Digest = 0n

  /** An entity was stored, or deleted if `bytes` is null. */
  write(kind: Kind, id: string, bytes: Uint8Array | null, turn: Turn, made: Made): void {
    this.writes.push({ kind, id, ...made })
    this.changes.push({ kind, id, bytes })
    this.turn(kind, id, bytes, turn)
  }

  /** An entity stayed as it is, but followers get it or lose it. */
  turn(kind: Kind, id: string, bytes: Uint8Array | null, { before, after }: Turn): void {
    if (before === null && after === null) return
    this.exported.push({ kind, id, bytes: after === null ? null : bytes })
    this.step = advance(this.step, after ?? 0n, before ?? 0n)
  }
}
