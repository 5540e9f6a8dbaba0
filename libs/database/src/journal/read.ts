import type { EncodedChange, Position, Revisioned } from '@biplane/protocol'
import type { Database } from '../database.ts'

export interface ReadLimits {
  readonly revisions: number
  /** Bytes of changes; the first revision is given whatever its size. */
  readonly bytes: number
}

/**
 * The exported changes of the revisions that follow `position`, in order without a gap; none when it is the head. `gone`
 * when the journal does not hold that very position (trimmed, ahead, another hash, another epoch): only a snapshot helps.
 */
export async function changesAfter(
  _db: Database,
  _position: Position,
  _limits: ReadLimits,
): Promise<readonly Revisioned<EncodedChange>[] | 'gone'> {
  throw new Error('not written yet')
}
