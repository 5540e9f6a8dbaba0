import type { EncodedChange, Position } from '@biplane/protocol'
import type { Database } from '../database.ts'

/** All exported entities at one position, parents before children. `changes` can be read once, and is checked against the hash at its end. */
export interface ConfigSnapshot {
  readonly position: Position
  readonly changes: AsyncIterable<EncodedChange>
}

/** Lends a snapshot of the config, in constant memory, for as long as `use` runs. It holds one connection. */
export async function readSnapshot<T>(
  _db: Database,
  _use: (snapshot: ConfigSnapshot) => Promise<T>,
): Promise<T> {
  throw new Error('not written yet')
}
