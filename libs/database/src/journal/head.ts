import type { Position } from '@biplane/protocol'
import type { Database } from '../database.ts'

/** The newest committed revision, with the hash of all exported entities. */
export async function readHead(_db: Database): Promise<Position> {
  throw new Error('not written yet')
}
