import { canonicalJson, type Entity, type EntityDefinition, entityKinds, references } from '@biplane/entities'
import { encodeChange } from '@biplane/protocol'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../database.ts'
import { arbitraryEntity } from '../fixtures/arbitrary.ts'
import { aKeyring, registry, startServer, type TestServer } from '../fixtures/server.ts'
import { expectTruth } from '../fixtures/truth.ts'
import { fromJournal } from '../journal/changes.ts'
import { Keyring } from '../keyring/keyring.ts'
import { Repository } from './repository.ts'

let server: TestServer
let db: Database
let repository: Repository

beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const keyOf = ({ id }: Entity) => ({ field: 'id', value: id })
const text = (entity: Entity | undefined) => (entity === undefined ? undefined : canonicalJson(entity))

/** Ids that the reference fields of a kind may hold, of entities made for it. */
async function parentsOf(definition: EntityDefinition): Promise<Record<string, string>> {
  const links: Record<string, string> = {}
  for (const { field, to } of references(definition)) {
    const parent = registry.get(to)
    if (parent === undefined) continue
    const [draft] = fc.sample(arbitraryEntity(parent, await parentsOf(parent)), 1)
    if (draft === undefined) throw new Error('no sample')
    links[field] = (await repository.create(to, draft)).entity.id
  }
  return links
}

async function lastJournaled(revision: number | null) {
  const row = await db.run((kysely) =>
    kysely
      .selectFrom('journal')
      .selectAll()
      .where('revision', '=', revision ?? 0)
      .executeTakeFirstOrThrow(),
  )
  return fromJournal(db.tables.keyring, row.changes)
}

describe.each([
  ['in clear', () => new Keyring([])],
  ['sealed', () => aKeyring(['k1'])],
])('with secrets %s', (_, keyring) => {
  beforeAll(async () => {
    // What a kind demands of what it is linked with is for validation's tests.
    const kinds = entityKinds.map((definition) => ({ ...definition, judgeLinks: null }))
    db = await server.migrated(kinds, keyring())
    repository = new Repository(db)
  })

  describe.each(registry.all)('the entities of $kind', (definition) => {
    const { kind } = definition

    it('read back byte for byte after each kind of write, and each write is journaled', async () => {
      const arbitrary = arbitraryEntity(definition, await parentsOf(definition))
      await fc.assert(
        fc.asyncProperty(arbitrary, arbitrary, async (first, second) => {
          const created = await repository.create(kind, first)
          expect(text(await repository.get(kind, keyOf(first)))).toBe(text(created.entity))

          const changed = { ...second, id: first.id }
          const updated = await repository.update(kind, keyOf(first), () => changed)
          expect(text(updated.entity)).toBe(canonicalJson(changed))
          expect(text(await repository.get(kind, keyOf(first)))).toBe(canonicalJson(changed))
          expect(updated.revision).toBe((created.revision ?? 0) + 1)
          const upsert = encodeChange({ op: 'upsert', kind, id: first.id, entity: changed })
          expect(await lastJournaled(updated.revision)).toEqual([upsert])

          const put = await repository.upsert(kind, keyOf(first), first)
          const again = await repository.upsert(kind, keyOf(first), first)
          expect(text(again.entity)).toBe(text(put.entity))
          expect(text(await repository.get(kind, keyOf(first)))).toBe(text(created.entity))

          const removed = await repository.remove(kind, keyOf(first))
          expect(await repository.get(kind, keyOf(first))).toBeUndefined()
          expect(await lastJournaled(removed?.revision ?? 0)).toEqual([{ kind, id: first.id, bytes: null }])
          expect(await repository.remove(kind, keyOf(first))).toBeUndefined()
        }),
        { numRuns: 8 },
      )
    })

    it('refuse a second entity with the id of another', async () => {
      const arbitrary = arbitraryEntity(definition, await parentsOf(definition))
      const [entity] = fc.sample(arbitrary, 1)
      if (entity === undefined) throw new Error('no sample')
      await repository.create(kind, entity)
      await expect(repository.create(kind, entity)).rejects.toMatchObject({
        name: 'DomainError',
        code: 'primary key violation',
        details: { id: entity.id },
      })
      await repository.remove(kind, keyOf(entity))
    })
  })

  it('the journal of all of them is the truth', async () => {
    await expectTruth(db)
  })
})
