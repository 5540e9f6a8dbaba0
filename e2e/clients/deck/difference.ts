import { isDeepStrictEqual } from 'node:util'
import type { Row } from '../../client.ts'
import type { Fill } from './defaults.ts'
import { identityOf, KINDS, type Kind, MEMBERSHIPS } from './kinds.ts'
import { idOf, isRow, type State } from './rows.ts'

export interface Change {
  readonly kind: Kind
  readonly row: Row
}

/** What became of an entity that is there already. */
export interface Alteration extends Change {
  readonly before: Row
  /** What makes the two differ. */
  readonly fields: readonly string[]
}

export interface Difference {
  readonly created: readonly Change[]
  readonly changed: readonly Alteration[]
  readonly removed: readonly Change[]
}

/** What decK would do to make the current state the desired one. */
export async function difference(current: State, desired: State, fill: Fill): Promise<Difference> {
  const created: Change[] = []
  const changed: Alteration[] = []
  const removed: Change[] = []
  for (const kind of KINDS) {
    const key = (row: Row) => (kind.name === MEMBERSHIPS ? identityOf(kind, row) : idOf(row))
    const known = new Map((current.get(kind.name) ?? []).map((row) => [key(row), row]))
    for (const row of desired.get(kind.name) ?? []) {
      const before = known.get(key(row))
      known.delete(key(row))
      if (before === undefined) created.push({ kind, row })
      else {
        const fields = differing(compared(before), compared(await fill(kind.name, row)))
        if (fields.length > 0) changed.push({ kind, row, before, fields })
      }
    }
    removed.push(...[...known.values()].map((row) => ({ kind, row })))
  }
  return { created, changed, removed }
}

function differing(one: Row, other: Row): readonly string[] {
  const fields = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...fields].filter((field) => !isDeepStrictEqual(one[field], other[field]))
}

/** Left out of every comparison: decK cannot know hashes, and computes neither times nor digests. */
const IGNORED = new Set(['created_at', 'updated_at', 'password', 'cert_digest'])

/**
 * What decK compares. Its entities are structs, in which null, empty and absent are one; the config of a plugin is a map,
 * in which they are not. The order of tags and of lists in a config is of no consequence.
 */
export function compared({ config, tags, ...row }: Row): Row {
  const { snis: _, ...own } = 'cert' in row ? row : { snis: undefined, ...row }
  const fields = Object.entries(own).filter(([name]) => !IGNORED.has(name))
  return {
    ...withoutNulls(Object.fromEntries(fields)),
    tags: Array.isArray(tags) ? tags.toSorted() : [],
    config: sorted(config ?? {}),
  }
}

function withoutNulls(row: Row): Row {
  const kept = Object.entries(row)
    .map(([name, value]) => [name, whole(value)] as const)
    .filter(([, value]) => value !== null && value !== undefined)
    .filter(([, value]) => typeof value !== 'object' || Object.keys(Object(value)).length > 0)
  return Object.fromEntries(kept)
}

function whole(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(whole)
  return isRow(value) ? withoutNulls(value) : value
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value))
    return value.map(sorted).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  if (!isRow(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, sorted(inner)]))
}
