import { type EntityDefinition, type JsonObject, type Kind, references } from '@biplane/entities'
import type { FastifyInstance } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { anAdmin, registry, useDatabases } from './fixtures/admin.ts'
import { aName, examples } from './fixtures/examples.ts'

const databases = useDatabases()
let app: FastifyInstance

beforeAll(async () => {
  app = anAdmin(await databases.migrated())
})

const nested = registry.nestedCollections
  .filter(({ parent }) => parent.collection !== null)
  .map(({ parent, child, field, segment }) => ({ parent, child, field, segment, of: parent.collection }))

describe.each(nested)('/$of/{}/$segment', ({ parent, child, field, segment }) => {
  const below = (id: string) => `/${parent.collection}/${id}/${segment}`

  it('holds what was created there, by the id and by the key of the parent, whatever the body says', async () => {
    const other = await made(parent.kind)
    for (const name of ['id', parent.endpointKey ?? 'id']) {
      const mine = await made(parent.kind)
      const path = below(encodeURIComponent(String(mine[name])))
      const body = { ...(await bodyOf(child, field)), [field]: { id: String(other.id) } }
      const created = await send('POST', path, body)
      expect([created.statusCode, created.json()]).toMatchObject([201, { [field]: { id: mine.id } }])
      expect(await listed(path)).toEqual([created.json()])
    }
    expect(await listed(below(String(other.id)))).toEqual([])
  })

  it('knows nothing of what lies below another parent', async () => {
    const [mine, other] = [await made(parent.kind), await made(parent.kind)]
    const { id } = (await send('POST', below(String(mine.id)), await bodyOf(child, field))).json<JsonObject>()
    const [here, there] = [mine, other].map((each) => `${below(String(each.id))}/${id}`)
    for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
      const answer = await send(method, String(there), method === 'PATCH' ? {} : undefined)
      expect([answer.statusCode, answer.json()]).toEqual([404, { message: 'Not found' }])
    }
    expect((await send('GET', String(here))).json()).toMatchObject({ id, [field]: { id: mine.id } })
    expect((await send('PATCH', String(here), {})).statusCode).toBe(200)
    expect((await send('DELETE', String(here))).statusCode).toBe(204)
    expect((await send('GET', String(here))).statusCode).toBe(404)
  })

  // A target is changed by PUT as by PATCH, and stays where it is.
  it.skipIf(child.collection === null)(
    'takes what is put there, also from below another parent',
    async () => {
      const [mine, other] = [await made(parent.kind), await made(parent.kind)]
      const body = await bodyOf(child, field)
      const id = crypto.randomUUID()
      for (const { id: parentId } of [mine, other]) {
        const put = await send('PUT', `${below(String(parentId))}/${id}`, body)
        expect([put.statusCode, put.json()]).toMatchObject([200, { id, [field]: { id: parentId } }])
      }
      expect(await listed(below(String(mine.id)))).toEqual([])
    },
  )

  it('is not there below a parent that is missing', async () => {
    for (const [method, body] of [
      ['GET', undefined],
      ['POST', {}],
    ] as const) {
      const answer = await send(method, below(crypto.randomUUID()), body)
      expect([answer.statusCode, answer.json<JsonObject>().message]).toEqual([404, expect.any(String)])
    }
  })
})

const linked = registry.all.flatMap((definition) =>
  references(definition)
    .filter(({ field }) => definition.collection !== null && !definition.unlinked.includes(field))
    .map(({ field, to, required }) => ({ of: definition.collection, definition, field, to, required })),
)

describe.each(linked)('/$of/{}/$field', ({ definition, field, to, required }) => {
  const path = `/${definition.collection}`

  it('is the entity that the reference names, read and written through it', async () => {
    const target = await made(to)
    const holder = await created(path, {
      ...(await bodyOf(definition, field)),
      [field]: { id: String(target.id) },
    })
    const url = `${path}/${holder.id}/${field}`
    expect((await send('GET', url)).json()).toMatchObject({ id: target.id })
    const { body, patch } = await exampleOf(to)
    expect((await send('PATCH', url, patch)).json()).toMatchObject({ id: target.id })
    expect((await send('PUT', url, body)).json()).toMatchObject({ id: target.id })
    expect((await send('DELETE', url)).statusCode).toBe(405)
    expect((await send('POST', url, {})).statusCode).toBe(405)
    expect((await send('GET', `${path}/${holder.id}`)).json()).toMatchObject({ [field]: { id: target.id } })
  })

  it.skipIf(required)('is made and linked by PUT where the reference names nothing', async () => {
    const holder = await created(path, await bodyOf(definition, field))
    const url = `${path}/${holder.id}/${field}`
    for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
      const answer = await send(method, url, method === 'PATCH' ? {} : undefined)
      expect([answer.statusCode, answer.json()]).toEqual([404, { message: 'Not found' }])
    }
    const made_ = await send('PUT', url, (await exampleOf(to)).body)
    expect(made_.statusCode, made_.body).toBe(200)
    const { id } = made_.json<JsonObject>()
    expect((await send('GET', `${path}/${holder.id}`)).json()).toMatchObject({ [field]: { id } })
  })
})

function send(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, body?: JsonObject) {
  const headers = { 'content-type': 'application/json' }
  return app.inject({ method, url, ...(body && { headers, payload: JSON.stringify(body) }) })
}

async function exampleOf(kind: Kind) {
  const example = examples[kind]
  if (example === undefined) throw new Error(`there is no example of ${kind}`)
  return example(async (other) => String((await made(other)).id))
}

/** A body of a kind whose reference `field` is free to be set or left out. */
async function bodyOf({ kind }: EntityDefinition, field: string): Promise<JsonObject> {
  // Not every plugin may be for a consumer.
  if (kind === 'plugins') return { name: 'request-termination', instance_name: aName() }
  const { [field]: _, ...body } = (await exampleOf(kind)).body
  return body
}

async function made(kind: Kind): Promise<JsonObject> {
  const { path = `/${registry.get(kind)?.collection}`, body } = await exampleOf(kind)
  return created(path, body)
}

async function created(path: string, body: JsonObject): Promise<JsonObject> {
  const answer = await send('POST', path, body)
  expect(answer.statusCode, answer.body).toBe(201)
  return answer.json()
}

async function listed(path: string): Promise<readonly JsonObject[]> {
  return (await send('GET', path)).json<{ data: JsonObject[] }>().data
}
