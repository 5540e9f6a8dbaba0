import { isJsonObject, type JsonObject } from '@biplane/entities'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { anAdmin, registry, useDatabases } from './fixtures/admin.ts'
import { aName, examples } from './fixtures/examples.ts'
import { Page, type Seen } from './fixtures/page.ts'

const MANAGER = 'http://manager.test:8002'

/** The pages that it has, each a list of entities with a form for one. */
const PAGES = [
  ...['services', 'routes', 'consumers', 'plugins', 'upstreams', 'certificates'],
  ...['ca_certificates', 'snis', 'vaults', 'keys', 'key_sets'],
]

const databases = useDatabases()
let app: FastifyInstance
let api: string
let page: Page

beforeAll(async () => {
  app = anAdmin(await databases.migrated())
  api = await app.listen({ host: '127.0.0.1', port: 0 })
  page = new Page(MANAGER, api)
})
afterAll(() => app.close())

it('every page begins with what the node is', async () => {
  const { body } = await page.call('GET', '/')
  expect(body).toMatchObject({ version: expect.stringMatching(/^3\.4/), edition: 'community' })
  expect(Object.keys(body)).toEqual(
    expect.arrayContaining(['hostname', 'lua_version', 'tagline', 'configuration', 'plugins']),
  )
  expect(body.plugins).toMatchObject({ available_on_server: { acl: { priority: 950 } } })
  expect((await page.call('GET', '/status')).body).toMatchObject({ database: { reachable: true } })
})

describe.each(PAGES)('the pages of %s', (kind) => {
  const path = `/${registry.get(kind)?.collection}`

  it('list them, page by page', async () => {
    const ids = [await made(kind), await made(kind), await made(kind)]
    const seen: unknown[] = []
    let offset: unknown
    do {
      const from = offset === undefined ? '' : `&offset=${encodeURIComponent(String(offset))}`
      const { body } = await page.call('GET', `${path}?sort_desc=1&size=2${from}`)
      seen.push(...rowsOf(body).map(({ id }) => id))
      offset = body.offset
    } while (offset !== undefined)
    expect(seen).toEqual(expect.arrayContaining(ids))
    expect(new Set(seen).size).toBe(seen.length)
  })

  it('find one by the text of the search box, or nothing', async () => {
    const id = await made(kind)
    expect((await page.call('GET', `${path}/${id}`)).body).toMatchObject({ id })
    const missing = await page.call('GET', `${path}/${crypto.randomUUID()}`)
    expect([missing.status, missing.body.message]).toEqual([404, expect.any(String)])
  })

  it('send the whole entity back to change a part of it', async () => {
    const url = `${path}/${await made(kind)}`
    const { body: before } = await page.call('GET', url)
    const saved = await page.call('PATCH', url, before)
    expect([saved.status, withoutTime(saved.body)]).toEqual([200, withoutTime(before)])
    const changed = await page.call('PATCH', url, { ...before, tags: ['by', 'manager'] })
    expect(withoutTime(changed.body)).toEqual({ ...withoutTime(before), tags: ['by', 'manager'] })
  })

  it('delete one', async () => {
    const url = `${path}/${await made(kind)}`
    expect((await page.call('DELETE', url)).status).toBe(204)
    expect((await page.call('GET', url)).status).toBe(404)
  })

  it('draw their forms from schemas, and try them', async () => {
    const { body } = await page.call('GET', `/schemas/${kind}`)
    expect(body.fields).toContainEqual({ id: expect.objectContaining({ type: 'string', uuid: true }) })
    const { body: form, adds = [] } = await exampleOf(kind)
    const declared = Object.fromEntries(Object.entries(form).filter(([field]) => !adds.includes(field)))
    const tried = await page.call('POST', `/schemas/${kind}/validate`, declared)
    expect([tried.status, tried.body]).toEqual([200, { message: 'schema validation successful' }])
  })
})

describe('the forms', () => {
  it('of a service sends a URL and nulls, and shows why it was refused', async () => {
    const form = {
      ...{ name: aName(), url: 'https://service.test:8443/base', retries: 5, enabled: true },
      ...{ tags: null, client_certificate: null, ca_certificates: null, tls_verify: null },
    }
    const created = await page.call('POST', '/services', form)
    expect([created.status, created.body]).toMatchObject([201, { host: 'service.test', port: 8443 }])
    expect(created.headers).toEqual({
      etag: expect.any(String),
      'x-biplane-revision': expect.stringMatching(/^\d+$/),
    })
    const again = await page.call('POST', '/services', form)
    expect([again.status, again.body.message]).toEqual([
      409,
      `UNIQUE violation detected on '{name="${form.name}"}'`,
    ])
  })

  it('of a plugin is drawn from its schema, for the entity whose page it is opened from', async () => {
    const service = await made('services')
    const { body: schema } = await page.call('GET', '/schemas/plugins/rate-limiting')
    const fields = Array.isArray(schema.fields) ? schema.fields.filter(isJsonObject) : []
    const config = fields.map(({ config }) => config).find(isJsonObject)
    expect(config?.fields).toContainEqual({ policy: expect.objectContaining({ default: 'local' }) })
    const made_ = await page.call('POST', `/services/${service}/plugins`, {
      name: 'rate-limiting',
      config: { minute: 5 },
    })
    const listed = await page.call('GET', `/services/${service}/plugins?sort_desc=1&size=30`)
    expect(rowsOf(listed.body)).toEqual([made_.body])
    const detail = await page.call('GET', `/plugins/${made_.body.id}?expand_partials=true`)
    expect(detail.body).toEqual(made_.body)
  })

  it.each([
    ['/upstreams/{}/targets', 'upstreams', { target: 'a.test:80' }],
    ['/key-sets/{}/keys', 'key_sets', undefined],
    ['/services/{}/routes', 'services', { paths: ['/'] }],
    ['/routes/{}/plugins', 'routes', { name: 'cors' }],
    ['/consumers/{}/plugins', 'consumers', { name: 'cors' }],
    ['/consumers/{}/key-auth', 'consumers', {}],
  ])('below %s list what was made there', async (template, kind, body) => {
    const url = template.replace('{}', await made(kind))
    const created = body && (await page.call('POST', url, body))
    const { body: listed } = await page.call('GET', `${url}?sort_desc=1&size=30`)
    expect(listed).toMatchObject({ next: null })
    if (created?.status === 201) expect(rowsOf(listed)).toEqual([created.body])
    else expect(created?.body.message ?? '').toMatch(/^$|value must be null/)
  })
})

it('a page of another origin than the settings name sees nothing', async () => {
  const strict = anAdmin(databases.open(), { guiOrigin: MANAGER })
  const url = await strict.listen({ host: '127.0.0.1', port: 0 })
  try {
    expect((await new Page(MANAGER, url).call('GET', '/endpoints')).status).toBe(200)
    await expect(new Page('http://evil.test', url).call('GET', '/endpoints')).rejects.toThrow('Network Error')
    await expect(new Page('http://evil.test', url).call('DELETE', '/cache')).rejects.toThrow('Network Error')
  } finally {
    await strict.close()
  }
})

async function exampleOf(kind: string) {
  const example = examples[kind]
  if (example === undefined) throw new Error(`there is no example of ${kind}`)
  return example(made)
}

async function made(kind: string): Promise<string> {
  const { path = `/${registry.get(kind)?.collection}`, body } = await exampleOf(kind)
  const { status, body: created }: Seen = await page.call('POST', path, body)
  expect(status, JSON.stringify(created)).toBe(201)
  return String(created.id)
}

function rowsOf({ data }: JsonObject): readonly JsonObject[] {
  return Array.isArray(data) ? data.filter(isJsonObject) : []
}

function withoutTime({ updated_at: _, ...rest }: JsonObject): JsonObject {
  return rest
}
