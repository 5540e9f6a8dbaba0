import { advance, digest, type Position, toHex } from '@biplane/protocol'
import { fromLookupsText, lookupEntries } from './lookups.ts'
import { entityRange, fromEntityKey, LOOKUPS_KEY, lookupRanges, POSITION_KEY } from './records.ts'
import { fromPositionRecord, type Tree } from './tree.ts'

/** What reading a whole generation shows. */
export type Finding =
  | { readonly kind: 'whole'; readonly position: Position }
  | { readonly kind: 'damaged'; readonly reason: string }

/** Entities that the quick probe of a very large store reads. */
const PROBED = 1000

/**
 * Reads all of a generation: its entities must have the hash of its position, and its lookups must be those of its
 * entities. What LMDB cannot read at all throws, or ends the process. A probe reads a part and compares no totals.
 */
export function walk(tree: Tree, extent: 'all' | 'probe'): Finding {
  const position = fromPositionRecord(tree.get(POSITION_KEY))
  const lookups = fromLookupsText(tree.get(LOOKUPS_KEY)?.toString() ?? '')
  let hash = 0n
  let found = 0
  let read = 0
  for (const { key, value: bytes } of tree.range(entityRange())) {
    if (extent === 'probe' && ++read > PROBED) break
    const { kind, id } = fromEntityKey(key)
    hash = advance(hash, digest(kind, id, bytes), 0n)
    const entries = lookupEntries(lookups, tree.cipher, kind, id, bytes)
    found += entries.length
    const lost = entries.find((entry) => tree.get(entry.key)?.toString() !== id)
    if (lost !== undefined) return damaged(`${kind} ${id} is not found by its ${lost.field}`)
  }
  if (extent === 'probe') return { kind: 'whole', position }
  const stored = lookupRanges.reduce((sum, range) => sum + tree.count(range), 0)
  if (stored !== found) return damaged(`it holds ${stored} lookups where its entities have ${found}`)
  if (toHex(hash) !== position.hash)
    return damaged(`its content has hash ${toHex(hash)}, its position says ${position.hash}`)
  return { kind: 'whole', position }
}

function damaged(reason: string): Finding {
  return { kind: 'damaged', reason }
}
