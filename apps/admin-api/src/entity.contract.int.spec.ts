import {
  type EntityDefinition,
  isJsonObject,
  type JsonObject,
  references,
  uniqueKeys,
} from '@biplane/entities'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { anAdmin, registry, useDatabases } from './fixtures/admin.ts'
import { type Example, examples } from './fixtures/examples.ts'

const databases = useDatabases()
let app: FastifyInstance

beforeAll(async () => {
  app = anAdmin(await databases.migrated())
})

const definitions = registry.all.filter(({ kind }) => examples[kind] !== undefined)

it('every kind that clients may write has an example', () => {
  const nested = registry.nestedCollections.map(({ child }) => child)
  const writable = [...registry.all.filter(({ collection }) => collection !== null), ...nested]
  expect(definitions.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(writable.map(({ kind }) => kind)),
  )
})

describe.each(definitions)('$kind', (definition) => {
  const { kind, collection, endpointKey, nestedKey } = definition
  const isNested = collection === null
  const key = isNested ? nestedKey : endpointKey

  it('is created with every declared field, and read back the same by id and by its key', async () => {
    const { path, body, adds, wrapped } = await exampleOf(kind)
    const created = await send('POST', path, body)
    expect(created.statusCode, created.body).toBe(201)
    const entity = created.json<JsonObject>()
    expect(Object.keys(entity).toSorted()).toEqual([...shownFields(definition), ...adds].toSorted())
    for (const text of [entity.id, entity[key ?? 'id']]) {
      const read = (await send('GET', `${path}/${text}`)).json<JsonObject>()
      expect(wrapped === undefined ? read : read[wrapped]).toEqual(entity)
    }
  })

  it('is told in the list of all', async () => {
    const { path, entity } = await made(kind)
    const { data } = (await send('GET', `${path}?size=1000`)).json<{ data: JsonObject[] }>()
    expect(data.find(({ id }) => id === entity.id)).toEqual(entity)
  })

  it('is patched in what the patch says only', async () => {
    const { path, entity } = await made(kind)
    const { patch } = await exampleOf(kind)
    const patched = await send('PATCH', `${path}/${entity.id}`, patch)
    expect(patched.statusCode, patched.body).toBe(200)
    expect(steady(patched)).toEqual(merged(without(entity, 'updated_at'), patch))
  })

  it('stays as it is, but for updated_at, when what was read is put back', async () => {
    const { path, entity } = await made(kind)
    const { hashed } = await exampleOf(kind)
    const put = await send('PUT', `${path}/${entity.id}`, entity)
    expect(put.statusCode, put.body).toBe(200)
    const changing = ['updated_at', ...hashed]
    expect(without(put.json(), ...changing)).toEqual(without(entity, ...changing))
    for (const field of hashed) expect(put.json<JsonObject>()[field]).not.toEqual(entity[field])
  })

  it.skipIf(isNested)('is created by PUT, and replaced by another one', async () => {
    const { path, body } = await exampleOf(kind)
    const key = endpointKey === null ? undefined : String(body[endpointKey])
    const url = `${path}/${key ?? crypto.randomUUID()}`
    const first = await send('PUT', url, body)
    const second = await send('PUT', url, body)
    expect([first.statusCode, second.statusCode]).toEqual([200, 200])
    expect(second.json<JsonObject>().id).toBe(first.json<JsonObject>().id)
  })

  it.runIf(key !== null)('is patched, replaced and deleted by its key as by its id', async () => {
    const { path, entity } = await made(kind)
    const { body, patch } = await exampleOf(kind)
    const url = `${path}/${encodeURIComponent(String(entity[String(key)]))}`
    const patched = await send('PATCH', url, patch)
    const put = await send('PUT', url, { ...body, ...only(entity, String(key), ...linkFields(definition)) })
    expect([patched, put].map(({ statusCode, body }) => [statusCode, body])).toEqual([
      [200, expect.stringContaining(String(entity.id))],
      [200, expect.stringContaining(String(entity.id))],
    ])
    expect((await send('DELETE', url)).statusCode).toBe(204)
    expect((await send('GET', `${path}/${entity.id}`)).statusCode).toBe(404)
  })

  it('is deleted once, and again silently at the top level', async () => {
    const { path, entity } = await made(kind)
    const url = `${path}/${entity.id}`
    const [first, second] = [await send('DELETE', url), await send('DELETE', url)]
    expect([first.statusCode, first.body]).toEqual([204, ''])
    expect(second.statusCode).toBe(isNested ? 404 : 204)
    expect((await send('GET', url)).statusCode).toBe(404)
  })

  it('makes one revision of each write, and none of a refused or an idle one', async () => {
    const { path, body, patch } = await exampleOf(kind)
    const created = await send('POST', path, body)
    const url = `${path}/${created.json<JsonObject>().id}`
    const refused = await send('POST', path, { ...body, no_such_field: 1 })
    const patched = await send('PATCH', url, patch)
    const gone = await send('DELETE', url)
    const idle = await send('DELETE', url)
    const first = revisionOf(created)
    expect([patched, gone].map(revisionOf)).toEqual([first + 1, first + 2])
    expect([refused, idle].map((answer) => answer.headers['x-biplane-revision'])).toEqual([
      undefined,
      undefined,
    ])
  })

  it.runIf(isUnique(definition))('is refused a second time with the same unique fields', async () => {
    const { path, body } = await exampleOf(kind)
    await send('POST', path, body)
    const again = await send('POST', path, body)
    expect([again.statusCode, again.json<JsonObject>().code]).toEqual([409, 5])
    const told = Object.keys(again.json<{ fields: JsonObject }>().fields).toSorted()
    expect(uniqueKeys(definition).map((key) => [...key].toSorted())).toContainEqual(told)
  })

  it('is refused while it refers to what is not there', async () => {
    for (const { field } of references(definition).filter(() => !isNested)) {
      const { path, body } = await exampleOf(kind)
      const answer = await send('POST', path, { ...body, [field]: { id: crypto.randomUUID() } })
      expect(answer.statusCode, field).toBe(400)
    }
  })
})

describe('writes at the same time', () => {
  it('create one of many that want the same name', async () => {
    const bodies = Array.from({ length: 16 }, () => ({ name: 'wanted', host: 'h.test' }))
    const answers = await Promise.all(bodies.map((body) => send('POST', '/services', body)))
    const codes = answers.map(({ statusCode }) => statusCode).toSorted()
    expect(codes).toEqual([201, ...Array(15).fill(409)])
  })

  it('all land in one entity when they patch different fields of it', async () => {
    const { id } = (await made('services')).entity
    const patches: JsonObject[] = [
      { retries: 9 },
      { port: 1 },
      { tags: ['x'] },
      { read_timeout: 7 },
      { path: '/p' },
    ]
    const answers = await Promise.all(patches.map((patch) => send('PATCH', `/services/${id}`, patch)))
    expect(new Set(answers.map(revisionOf)).size).toBe(patches.length)
    expect((await send('GET', `/services/${id}`)).json()).toMatchObject(Object.assign({}, ...patches))
  })

  it('never leave a route of a service that is gone', async () => {
    const service = (await made('services')).entity
    const [route, removal] = await Promise.all([
      send('POST', '/routes', { paths: ['/x'], service: { id: String(service.id) } }),
      send('DELETE', `/services/${service.id}`),
    ])
    expect([
      [201, 400],
      [400, 204],
    ]).toContainEqual([route.statusCode, removal.statusCode])
  })
})

function send(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, body?: JsonObject) {
  const headers = { 'content-type': 'application/json' }
  return app.inject({ method, url, ...(body && { headers, payload: JSON.stringify(body) }) })
}

async function exampleOf(kind: string): Promise<Required<Omit<Example, 'wrapped'>> & Example> {
  const example = examples[kind]
  if (example === undefined) throw new Error(`there is no example of ${kind} in fixtures/examples.ts`)
  const given = await example(async (other) => String((await made(other)).entity.id))
  return { path: `/${registry.get(kind)?.collection}`, adds: [], hashed: [], ...given }
}

async function made(kind: string): Promise<{ path: string; entity: JsonObject }> {
  const { path, body } = await exampleOf(kind)
  const answer = await send('POST', path, body)
  expect(answer.statusCode, answer.body).toBe(201)
  return { path, entity: answer.json() }
}

/** Whether the values of its example alone make an entity unique. */
function isUnique(definition: EntityDefinition): boolean {
  return uniqueKeys(definition).length > 0
}

function shownFields({ fields, ttl, onlyWhenSet }: EntityDefinition): string[] {
  const always = Object.keys(fields).filter((name) => !onlyWhenSet.includes(name))
  return [...always, ...(ttl ? ['ttl'] : [])]
}

function revisionOf({ headers }: LightMyRequestResponse): number {
  return Number(headers['x-biplane-revision'])
}

function steady(answer: LightMyRequestResponse): JsonObject {
  return without(answer.json(), 'updated_at')
}

function without(entity: JsonObject, ...fields: string[]): JsonObject {
  return Object.fromEntries(Object.entries(entity).filter(([name]) => !fields.includes(name)))
}

function only(entity: JsonObject, ...fields: string[]): JsonObject {
  return Object.fromEntries(Object.entries(entity).filter(([name]) => fields.includes(name)))
}

function linkFields(definition: EntityDefinition): string[] {
  return references(definition).map(({ field }) => field)
}

/** Records are merged one level deep, as far as the examples go. */
function merged(entity: JsonObject, patch: JsonObject): JsonObject {
  const changed = Object.entries(patch).map(([name, value]) => {
    const old = entity[name]
    return [name, isJsonObject(old) && isJsonObject(value) ? { ...old, ...value } : value]
  })
  return { ...entity, ...Object.fromEntries(changed) }
}
