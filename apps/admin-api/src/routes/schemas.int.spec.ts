import { kongSchema, schemaOnlyKinds } from '@biplane/entities'
import { bundledPlugins } from '@biplane/plugins'
import type { FastifyInstance } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { anAdmin, registry, useDatabases } from '../fixtures/admin.ts'

const databases = useDatabases()
let app: FastifyInstance

beforeAll(() => {
  // No schema needs the database.
  app = anAdmin(databases.open())
})

describe('GET /schemas', () => {
  const shown = registry.all.filter(({ internal }) => !internal)
  it.each([...shown, ...schemaOnlyKinds])('tells what $kind look like', async (definition) => {
    const answer = await app.inject(`/schemas/${definition.kind}`)
    expect([answer.statusCode, answer.json()]).toEqual([200, kongSchema(definition)])
  })

  it.each([...bundledPlugins('3.4.0').values()])('tells what the plugin $name looks like', async (schema) => {
    const answer = await app.inject(`/schemas/plugins/${schema.name}`)
    const expected = JSON.stringify(kongSchema(schema))
    expect([answer.statusCode, withoutSecret(answer.body)]).toEqual([200, withoutSecret(expected)])
    expect(Object.keys(answer.json<{ fields: object[] }>().fields.at(-1) ?? {})).toEqual(['config'])
  })

  it.each([
    ['/schemas/ghosts', `No entity named 'ghosts'`],
    ['/schemas/key-auths', `No entity named 'key-auths'`],
    ['/schemas/plugins/ghost', `No plugin named 'ghost'`],
  ])('knows nothing of %s', async (url, message) => {
    const answer = await app.inject(url)
    expect([answer.statusCode, answer.json()]).toEqual([404, { message }])
  })
})

describe('a trial run of validation', () => {
  const absent = { id: '00000000-0000-4000-8000-000000000000' }

  it.each([
    ['an entity', 'services', { host: 'h.test' }, 200],
    ['one whose references need not exist', 'routes', { paths: ['/'], service: absent }, 200],
    ['one that lacks a field', 'services', { port: 80 }, 400],
    ['a plugin with its config', 'plugins', { name: 'key-auth', config: { key_names: ['k'] } }, 200],
    ['a plugin with another config', 'plugins', { name: 'key-auth', config: { minute: 5 } }, 400],
    ['a plugin that is not installed', 'plugins', { name: 'ghost' }, 400],
    ['a plugin without a name', 'plugins', {}, 400],
    ['an entity that does not exist', 'ghosts', {}, 404],
  ])('judges %s', async (_what, kind, body, status) => {
    const answer = await app.inject({
      method: 'POST',
      url: `/schemas/${kind}/validate`,
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify(body),
    })
    expect(answer.statusCode).toBe(status)
    if (status === 200) expect(answer.json()).toEqual({ message: 'schema validation successful' })
    if (status === 400) expect(answer.json()).toMatchObject({ code: 2, name: 'schema violation' })
  })
})

it('GET /plugins/enabled lists what is loaded, sorted, and is no plugin', async () => {
  const answer = await app.inject('/plugins/enabled')
  expect(answer.json()).toEqual({ enabled_plugins: [...bundledPlugins('3.4.0').keys()].sort() })
})

/** What a schema says but for the secret that each control plane makes for sessions. */
function withoutSecret(json: string): unknown {
  return JSON.parse(json.replace(/"default":"[\w-]{44}"/, '"default":"…"'))
}

it.each([
  ['GET', '/filter-chains'],
  ['POST', '/services/any/filter-chains'],
  ['GET', '/routes/any/filters/enabled'],
  ['PUT', '/filter-chains/any'],
] as const)('%s %s says that there is no WebAssembly', async (method, url) => {
  const answer = await app.inject({ method, url })
  const message = 'this endpoint is only available when wasm is enabled'
  expect([answer.statusCode, answer.json()]).toEqual([400, { message }])
})
