import { NO_CONFIG_HASH } from './hash.ts'

/**
 * What a follower has: which journal (epoch), which of its revisions, and the hash of the config there. A delta is given
 * only to a follower whose whole position is in the journal; anything else gets a snapshot, so a database that was put
 * back to an earlier state can never make followers diverge silently.
 */
export interface Position {
  /** A UUID, or '' before the first config. */
  readonly epoch: string
  readonly revision: number
  /** 32 hex digits: the hash of the view the follower has. */
  readonly hash: string
}

export const NOWHERE: Position = { epoch: '', revision: 0, hash: NO_CONFIG_HASH }

export function samePosition(a: Position, b: Position): boolean {
  return a.epoch === b.epoch && a.revision === b.revision && a.hash === b.hash
}
