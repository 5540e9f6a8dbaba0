import type { Kind } from '@biplane/entities'
import { type Position, type Violation, violationOfAll } from '@biplane/protocol'
import { Altered } from './cipher.ts'

/** Why the store did not take an update. Nothing of it was kept. */
export interface Refusal {
  readonly kind: 'refused'
  readonly reason: /** The disk is full or fails, or the size that the user allows is used up. */
    | 'full'
    /** The delta does not start where the store stands: only a snapshot, or a delta from the real position, helps. */
    | 'wrong-base'
    /** The content does not have the hash it was announced with. */
    | 'wrong-hash'
    /** What is stored was changed by somebody else: only a snapshot helps. */
    | 'damaged'
    /** Two entities claim one unique value, or an entity cannot be read. */
    | 'content'
  /** True for a lack on this side: the same update can succeed later. */
  readonly retryable: boolean
  /** At least one; those of a reason other than 'content' name no entity. */
  readonly errors: readonly Violation[]
}

/** More than an operator reads, and a bound for what a broken source can make us hold. */
const MOST_VIOLATIONS = 50

export function refuseContent(violations: readonly Violation[]): Refusal {
  return {
    kind: 'refused',
    reason: 'content',
    retryable: false,
    errors: violations.slice(0, MOST_VIOLATIONS),
  }
}

export function refuseBase(stands: Position, from: Position): Refusal {
  const message = `the delta starts at revision ${from.revision} (${from.hash}), the store is at ${stands.revision} (${stands.hash})`
  return { kind: 'refused', reason: 'wrong-base', retryable: false, errors: [violationOfAll(message)] }
}

export function refuseHash(computed: string, announced: Position): Refusal {
  const message = `revision ${announced.revision} was announced with hash ${announced.hash}, its content has ${computed}`
  return { kind: 'refused', reason: 'wrong-hash', retryable: false, errors: [violationOfAll(message)] }
}

export function refuseFull(message: string): Refusal {
  return { kind: 'refused', reason: 'full', retryable: true, errors: [violationOfAll(message)] }
}

/** Thrown inside a transaction, which rolls it back; `refusalOf` turns it into the answer. */
export class Refused extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(`refused: ${refusal.reason}`)
    this.refusal = refusal
  }
}

/**
 * The refusal that an error stands for, be it ours, LMDB's or the file system's. LMDB answers a full disk with EIO,
 * because the last write before the end is a short one, so EIO counts as full: trying again is right for both.
 *
 * @throws the error itself when it is of another sort
 */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refused) return error.refusal
  if (error instanceof Altered)
    return { kind: 'refused', reason: 'damaged', retryable: false, errors: [violationOfAll(error.message)] }
  if (error instanceof Error && 'code' in error && FULL.has(error.code)) {
    return refuseFull(`the store cannot be written, the disk is full or fails: ${error.message}`)
  }
  throw error
}

/** The errno of EIO, EFBIG, ENOSPC, EDQUOT as LMDB gives them, its own MDB_MAP_FULL, and Node's words for the same. */
const FULL: ReadonlySet<unknown> = new Set([5, 27, 28, 122, -30792, 'EIO', 'EFBIG', 'ENOSPC', 'EDQUOT'])

export function duplicate(kind: Kind, id: string, field: string, owner: string): Violation {
  return { kind, id, field, message: `${kind} ${owner} has the same ${field}, which must be unique` }
}

export function unreadable(kind: Kind, id: string, error: unknown): Violation {
  return { kind, id, field: '', message: `not an entity: ${error instanceof Error ? error.message : error}` }
}
