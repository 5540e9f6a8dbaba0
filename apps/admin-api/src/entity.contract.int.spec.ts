import { type EntityDefinition, isJsonObject, type JsonObject, references } from '@biplane/entities'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { anAdmin, registry, useDatabases } from './fixtures/admin.ts'
import { type Example, examples } from './fixtures/examples.ts'

const databases = useDatabases()
let app: FastifyInstance

beforeAll(async () => {
  app = anAdmin(await databases.migrated())
})

const definitions = registry.all.filter(({ collection }) => collection !== null)

describe.each(definitions)('$kind', (definition) => {
  const { kind, collection, endpointKey, fields } = definition

  it('is created with every declared field, and read back the same by id and by its key', async () => {
    const { body } = await exampleOf(kind)
    const created = await send('POST', `/${collection}`, body)
    expect(created.statusCode).toBe(201)
    const entity = created.json<JsonObject>()
    expect(Object.keys(entity).toSorted()).toEqual(shownFields(definition))
    for (const key of [entity.id, entity[endpointKey ?? 'id']])
      expect((await send('GET', `/${collection}/${key}`)).json()).toEqual(entity)
  })

  it('is told in the list of all', async () => {
    const entity = await made(kind)
    const { data } = (await send('GET', `/${collection}?size=1000`)).json<{ data: JsonObject[] }>()
    expect(data.find(({ id }) => id === entity.id)).toEqual(entity)
  })

  it('is patched in what the patch says only', async () => {
    const entity = await made(kind)
    const { patch } = await exampleOf(kind)
    const patched = await send('PATCH', `/${collection}/${entity.id}`, patch)
    expect(patched.statusCode).toBe(200)
    expect(steady(patched)).toEqual(merged(without(entity, 'updated_at'), patch))
  })

  it('stays as it is, but for updated_at, when what was read is put back', async () => {
    const entity = await made(kind)
    const put = await send('PUT', `/${collection}/${entity.id}`, entity)
    expect(put.statusCode).toBe(200)
    expect(steady(put)).toEqual(without(entity, 'updated_at'))
  })

  it('is created by PUT, and replaced by another one', async () => {
    const { body } = await exampleOf(kind)
    const key = endpointKey === null ? undefined : String(body[endpointKey])
    const path = `/${collection}/${key ?? crypto.randomUUID()}`
    const first = await send('PUT', path, body)
    const second = await send('PUT', path, body)
    expect([first.statusCode, second.statusCode]).toEqual([200, 200])
    expect(second.json<JsonObject>().id).toBe(first.json<JsonObject>().id)
  })

  it('is deleted once, and silently again', async () => {
    const { id } = await made(kind)
    const path = `/${collection}/${id}`
    const [first, second] = [await send('DELETE', path), await send('DELETE', path)]
    expect([first.statusCode, first.body]).toEqual([204, ''])
    expect(second.statusCode).toBe(204)
    expect((await send('GET', path)).statusCode).toBe(404)
  })

  it('makes one revision of each write, and none of a refused or an idle one', async () => {
    const { body, patch } = await exampleOf(kind)
    const created = await send('POST', `/${collection}`, body)
    const path = `/${collection}/${created.json<JsonObject>().id}`
    const refused = await send('POST', `/${collection}`, { ...body, no_such_field: 1 })
    const patched = await send('PATCH', path, patch)
    const gone = await send('DELETE', path)
    const idle = await send('DELETE', path)
    const first = revisionOf(created)
    expect([patched, gone].map(revisionOf)).toEqual([first + 1, first + 2])
    expect([refused, idle].map((answer) => answer.headers['x-biplane-revision'])).toEqual([
      undefined,
      undefined,
    ])
  })

  it('is refused a second time with the same unique field', async () => {
    const unique = Object.keys(fields).filter((name) => fields[name]?.unique === true)
    const { body } = await exampleOf(kind)
    await send('POST', `/${collection}`, body)
    const again = await send('POST', `/${collection}`, body)
    expect([again.statusCode, again.json<JsonObject>().code]).toEqual([409, 5])
    expect(unique).toContain(Object.keys(again.json<{ fields: JsonObject }>().fields)[0])
  })

  it('is refused while it refers to what is not there', async () => {
    for (const { field } of references(definition)) {
      const { body } = await exampleOf(kind)
      const answer = await send('POST', `/${collection}`, { ...body, [field]: { id: crypto.randomUUID() } })
      expect(answer.statusCode).toBe(400)
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
    const { id } = await made('services')
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
    const service = await made('services')
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

async function exampleOf(kind: string): Promise<Example> {
  const example = examples[kind]
  if (example === undefined) throw new Error(`there is no example of ${kind} in fixtures/examples.ts`)
  return example(async (other) => String((await made(other)).id))
}

async function made(kind: string): Promise<JsonObject> {
  const { body } = await exampleOf(kind)
  const answer = await send('POST', `/${registry.get(kind)?.collection}`, body)
  expect(answer.statusCode, answer.body).toBe(201)
  return answer.json()
}

function shownFields({ fields, ttl }: EntityDefinition): string[] {
  return [...Object.keys(fields), ...(ttl ? ['ttl'] : [])].toSorted()
}

function revisionOf({ headers }: LightMyRequestResponse): number {
  return Number(headers['x-biplane-revision'])
}

function steady(answer: LightMyRequestResponse): JsonObject {
  return without(answer.json(), 'updated_at')
}

function without(entity: JsonObject, field: string): JsonObject {
  return Object.fromEntries(Object.entries(entity).filter(([name]) => name !== field))
}

/** Records are merged one level deep, as far as the examples go. */
function merged(entity: JsonObject, patch: JsonObject): JsonObject {
  const changed = Object.entries(patch).map(([name, value]) => {
    const old = entity[name]
    return [name, isJsonObject(old) && isJsonObject(value) ? { ...old, ...value } : value]
  })
  return { ...entity, ...Object.fromEntries(changed) }
}
