import { type Entity, isJsonObject, type Kind, references } from '@biplane/entities'
import { advance, type Digest, digest, type EncodedChange, encodeEntity, toHex } from '@biplane/protocol'
import { expect } from 'vitest'
import type { Database } from './database.ts'
import { fromJournal } from './journal/changes.ts'
import { readHead } from './journal/head.ts'
import { readSnapshot } from './journal/snapshot.ts'
import { Repository } from './repository/repository.ts'

const keyOf = ({ kind, id }: { kind: Kind; id: string }) => `${kind} ${id}`

/**
 * Checks the whole promise of the journal the slow way: revisions without a gap, each with the hash of what a follower
 * has after it, ending in what a snapshot gives, which is exactly what a naive reading of all entities would export.
 */
export async function expectTruth(db: Database): Promise<void> {
  const head = await readHead(db)
  const journal = await readJournal(db)
  expect(journal.map(({ revision }) => revision)).toEqual(journal.map((_, i) => i + 1))
  const followed = follow(journal)
  expect(journal.at(-1)).toMatchObject({ revision: head.revision, hash: head.hash })
  const snapshot = new Map<string, Uint8Array | null>()
  await readSnapshot(db, async ({ changes }) => {
    for await (const change of changes) snapshot.set(keyOf(change), change.bytes)
  })
  const entities = await everything(db)
  const exported = new Map([...entities].filter(([key]) => isExported(db, entities, key)))
  expect(sorted(snapshot.keys())).toEqual(sorted(exported.keys()))
  for (const [key, { entity }] of exported) expect(text(snapshot.get(key))).toBe(text(encodeEntity(entity)))
  expect(sorted(followed.keys())).toEqual(sorted(snapshot.keys()))
  for (const [key, bytes] of snapshot) expect(text(followed.get(key))).toBe(text(bytes))
}

interface JournalEntry {
  readonly revision: number
  readonly hash: string
  readonly changes: readonly EncodedChange[]
}

export async function readJournal(db: Database): Promise<readonly JournalEntry[]> {
  const rows = await db.run((kysely) =>
    kysely.selectFrom('journal').selectAll().orderBy('revision').execute(),
  )
  return rows.map(({ revision, hash, changes, exported }) => ({
    revision,
    hash: toHex(BigInt(hash)),
    changes: fromJournal(exported ?? changes),
  }))
}

/** What a follower of the journal has at its end. */
function follow(journal: readonly JournalEntry[]): ReadonlyMap<string, Uint8Array> {
  const config = new Map<string, Uint8Array>()
  let hash: Digest = 0n
  for (const entry of journal) {
    for (const change of entry.changes) {
      const { kind, id, bytes } = change
      const old = config.get(keyOf(change))
      const removed = old === undefined ? 0n : digest(kind, id, old)
      hash = advance(hash, bytes === null ? 0n : digest(kind, id, bytes), removed)
      if (bytes === null) config.delete(keyOf(change))
      else config.set(keyOf(change), bytes)
    }
    expect(`${entry.revision} ${toHex(hash)}`).toBe(`${entry.revision} ${entry.hash}`)
  }
  return config
}

async function everything(db: Database): Promise<ReadonlyMap<string, { kind: Kind; entity: Entity }>> {
  const repository = new Repository(db)
  const all = new Map<string, { kind: Kind; entity: Entity }>()
  for (const { kind } of db.tables.all) {
    let offset: string | undefined
    do {
      const page = await repository.list(kind, { size: 1000, ...(offset === undefined ? {} : { offset }) })
      for (const entity of page.rows) all.set(keyOf({ kind, id: entity.id }), { kind, entity })
      offset = page.offset
    } while (offset !== undefined)
  }
  return all
}

function isExported(db: Database, all: Awaited<ReturnType<typeof everything>>, key: string): boolean {
  const found = all.get(key)
  if (found === undefined) return false
  const { definition } = db.tables.of(found.kind)
  const parents = references(definition).flatMap(({ field, to }) => {
    const value = found.entity[field]
    return isJsonObject(value) ? [`${to} ${String(value.id)}`] : []
  })
  return definition.exportedWhen(found.entity) && parents.every((parent) => isExported(db, all, parent))
}

const sorted = (keys: Iterable<string>) => [...keys].sort()
const text = (bytes: Uint8Array | null | undefined) => (bytes ? Buffer.from(bytes).toString() : bytes)
