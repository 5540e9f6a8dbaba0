import {
  advance,
  digest,
  type EncodedChange,
  fromHex,
  net,
  type Position,
  samePosition,
  toHex,
  type Violation,
} from '@biplane/protocol'
import type { Lookups } from './lookups.ts'
import { entityKey, isKeyable, POSITION_KEY } from './records.ts'
import {
  type Refusal,
  Refused,
  refusalOf,
  refuseBase,
  refuseContent,
  refuseHash,
  unreadable,
} from './refusal.ts'
import { fromPositionRecord, type Tree, writePosition } from './tree.ts'
import { addLookups, keepLimit, removeLookups } from './write-entities.ts'

export interface Stored {
  readonly kind: 'stored'
}

/** What a config may hold, whatever its content. */
export interface Limits {
  readonly lookups: Lookups
  /** Bytes; without it only the disk limits. */
  readonly mapSize?: number
}

/** Applies a delta in one durable transaction, or leaves everything as it was. */
export function applyDelta(
  tree: Tree,
  limits: Limits,
  from: Position,
  to: Position,
  changes: readonly EncodedChange[],
): Stored | Refusal {
  try {
    tree.transaction(() => write(tree, limits, from, to, net(changes)))
    return { kind: 'stored' }
  } catch (error) {
    return refusalOf(error)
  }
}

function write(tree: Tree, limits: Limits, from: Position, to: Position, changes: EncodedChange[]): void {
  const stands = fromPositionRecord(tree.get(POSITION_KEY))
  if (!samePosition(stands, from)) throw new Refused(refuseBase(stands, from))
  const unkeyable = changes.filter(({ kind, id }) => !isKeyable(kind, id))
  if (unkeyable.length > 0) {
    throw new Refused(
      refuseContent(unkeyable.map(({ kind, id }) => unreadable(kind, id, 'no valid kind and id'))),
    )
  }
  let hash = fromHex(stands.hash)
  for (const change of changes) hash = replace(tree, limits.lookups, change, hash)
  // All old values are gone by now, so a value may move from one entity to another in any order of changes.
  const violations = changes.flatMap((change) => findable(tree, limits.lookups, change))
  if (violations.length > 0) throw new Refused(refuseContent(violations))
  if (toHex(hash) !== to.hash) throw new Refused(refuseHash(toHex(hash), to))
  writePosition(tree, to)
  keepLimit(tree, limits.mapSize)
}

/** Puts the new bytes of an entity in the place of the old ones. Answers the hash after that. */
function replace(tree: Tree, lookups: Lookups, { kind, id, bytes }: EncodedChange, hash: bigint): bigint {
  const key = entityKey(kind, id)
  const old = tree.get(key)
  if (old !== undefined) removeLookups(tree, lookups, kind, id, old)
  if (bytes !== null) tree.put(key, bytes)
  else if (old !== undefined) tree.remove(key)
  const added = bytes === null ? 0n : digest(kind, id, bytes)
  return advance(hash, added, old === undefined ? 0n : digest(kind, id, old))
}

function findable(tree: Tree, lookups: Lookups, { kind, id, bytes }: EncodedChange): Violation[] {
  return bytes === null ? [] : addLookups(tree, lookups, kind, id, bytes)
}
