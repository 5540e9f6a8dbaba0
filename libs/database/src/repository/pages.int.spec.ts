import type { Entity } from '@biplane/entities'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../database.ts'
import { aConsumer, aCredential, startServer, type TestServer } from '../fixtures/server.ts'
import type { ListQuery } from './list.ts'
import { Repository } from './repository.ts'
import { listTags } from './tags.ts'

let server: TestServer
let db: Database
let repository: Repository
let owner: Entity

beforeAll(async () => {
  server = await startServer()
  db = await server.migrated()
  repository = new Repository(db)
  owner = (await repository.create('consumers', aConsumer())).entity
})
afterAll(() => server.stop())

const KIND = 'keyauth_credentials'
const TAG = 'listed'

interface Page {
  readonly ids: readonly string[]
  readonly offset?: string | undefined
}

/** The same credentials by each way to list them. */
const LISTS: Readonly<Record<string, (paging: Paging) => Promise<Page>>> = {
  'of a kind': (paging) => listed(paging),
  'below a parent': (paging) => listed({ ...paging, references: { consumer: owner.id } }),
  'with a tag': (paging) => listed({ ...paging, tags: { match: 'all', of: [TAG] } }),
  'of tags': async (paging) => {
    const { rows, offset } = await listTags(db, { ...paging, tag: TAG })
    return { ids: rows.map(({ id }) => id), offset }
  },
}

interface Paging {
  readonly size: number
  readonly offset?: string
}

async function listed(query: ListQuery): Promise<Page> {
  const { rows, offset } = await repository.list(KIND, query)
  return { ids: rows.map(({ id }) => id), offset }
}

const aListed = () => aCredential(owner, { tags: [TAG, 'another'] })

describe.each(Object.entries(LISTS))('a list %s', (_, read) => {
  it('neither skips nor repeats what stays, whatever comes and goes between its pages', async () => {
    const meanwhile = fc.array(fc.record({ made: fc.nat(3), gone: fc.array(fc.nat(), { maxLength: 3 }) }))
    await fc.assert(
      fc.asyncProperty(fc.nat(12), fc.integer({ min: 1, max: 4 }), meanwhile, async (count, size, rounds) => {
        const create = () => repository.create(KIND, aListed())
        const there = await Promise.all(Array.from({ length: count }, create))
        const staying = new Set(there.map(({ entity }) => entity.id))
        const found: string[] = []
        const coming = rounds.values()
        let offset: string | undefined
        do {
          const page = await read({ size, ...(offset && { offset }) })
          found.push(...page.ids)
          offset = page.offset
          const { made, gone } = coming.next().value ?? { made: 0, gone: [] }
          const late = await Promise.all(Array.from({ length: made }, create))
          const present = [...staying, ...late.map(({ entity }) => entity.id)]
          for (const index of gone) {
            const id = present[index % present.length]
            if (id === undefined) continue
            await repository.remove(KIND, { field: 'id', value: id })
            staying.delete(id)
          }
        } while (offset !== undefined)
        expect(new Set(found).size).toBe(found.length)
        expect(found).toEqual(expect.arrayContaining([...staying]))
        await removeAll()
      }),
      { numRuns: 15 },
    )
  })
})

async function removeAll(): Promise<void> {
  const { rows } = await repository.list(KIND, { size: 1000 })
  for (const { id } of rows) await repository.remove(KIND, { field: 'id', value: id })
}
