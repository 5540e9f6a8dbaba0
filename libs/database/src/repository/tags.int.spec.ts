import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../database.ts'
import { aRoute, aService, startServer, type TestServer } from '../fixtures/server.ts'
import { Repository } from './repository.ts'
import { listTags, type Tagging } from './tags.ts'

let server: TestServer
let db: Database
const all: Tagging[] = []

beforeAll(async () => {
  server = await startServer()
  db = await server.migrated()
  const repository = new Repository(db)
  const entities = [0, 1, 2, 3, 4].flatMap((nth) => [
    ['services', aService({ tags: ['one', `s${nth}`, 'with a "quote"'] })] as const,
    ['routes', { ...aRoute(null), tags: nth === 0 ? null : nth === 1 ? [] : [`r${nth}`, 'one'] }] as const,
  ])
  for (const [kind, draft] of entities) {
    const { id, tags } = (await repository.create(kind, draft)).entity
    for (const tag of Array.isArray(tags) ? tags : []) all.push({ tag: String(tag), kind, id })
  }
  all.sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)))
})
afterAll(() => server.stop())

describe('the tags of all kinds', () => {
  it.each([1, 2, 3, 7, 1000])('are told once each, in pages of %i', async (size) => {
    expect(await pages({ size })).toEqual(all)
  })

  it.each(['one', 's3', 'with a "quote"', 'none', "'"])('are told of one alone: %s', async (tag) => {
    expect(await pages({ size: 2, tag })).toEqual(all.filter((each) => each.tag === tag))
  })

  it.each([
    ['no id', ['x', 'services', 1]],
    ['no kind', ['0dc6f45b-8f8d-40d2-a504-473544ee190b', 7, 1]],
    ['a place that is none', ['0dc6f45b-8f8d-40d2-a504-473544ee190b', 'services', 1e300]],
    ['too little', ['0dc6f45b-8f8d-40d2-a504-473544ee190b']],
  ])('are not told from an offset with %s', async (_, parts) => {
    const offset = btoa(JSON.stringify(parts))
    await expect(listTags(db, { size: 1, offset })).rejects.toMatchObject({ code: 'invalid offset' })
  })
})

async function pages(query: { readonly size: number; readonly tag?: string }): Promise<Tagging[]> {
  const told: Tagging[] = []
  let offset: string | undefined
  do {
    const page = await listTags(db, { ...query, ...(offset === undefined ? {} : { offset }) })
    expect(page.rows.length).toBeLessThanOrEqual(query.size)
    told.push(...page.rows)
    offset = page.offset
  } while (offset !== undefined)
  return told
}
