import type { Kind } from '@biplane/entities'
import type { Violation } from '@biplane/protocol'
import { type LookupEntry, type Lookups, lookupEntries } from './lookups.ts'
import { duplicate, Refused, refuseFull, unreadable } from './refusal.ts'
import type { Tree } from './tree.ts'

/** Makes an entity findable. Within a transaction; answers what stands in the way, having written the rest. */
export function addLookups(
  tree: Tree,
  lookups: Lookups,
  kind: Kind,
  id: string,
  bytes: Uint8Array,
): Violation[] {
  const violations: Violation[] = []
  for (const { key, field, unique } of readEntries(tree, lookups, kind, id, bytes, violations)) {
    const owner = unique ? tree.get(key)?.toString() : undefined
    if (owner !== undefined && owner !== id) violations.push(duplicate(kind, id, field, owner))
    else tree.put(key, Buffer.from(id))
  }
  return violations
}

export function removeLookups(tree: Tree, lookups: Lookups, kind: Kind, id: string, bytes: Uint8Array): void {
  for (const { key } of lookupEntries(lookups, tree.cipher, kind, id, bytes)) tree.remove(key)
}

/** @throws Refused when a commit would leave more in use than the user allows */
export function keepLimit(tree: Tree, mapSize: number | undefined): void {
  if (mapSize === undefined) return
  const used = tree.usedBytes()
  if (used > mapSize) {
    throw new Refused(refuseFull(`the config needs ${used} bytes, the store may use ${mapSize}`))
  }
}

function readEntries(
  tree: Tree,
  lookups: Lookups,
  kind: Kind,
  id: string,
  bytes: Uint8Array,
  violations: Violation[],
): LookupEntry[] {
  try {
    return lookupEntries(lookups, tree.cipher, kind, id, bytes)
  } catch (error) {
    violations.push(unreadable(kind, id, error))
    return []
  }
}
