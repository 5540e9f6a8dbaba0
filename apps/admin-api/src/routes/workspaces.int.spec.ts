import { beforeAll, expect, it } from 'vitest'
import { anAdmin, useDatabases } from '../fixtures/admin.ts'

const databases = useDatabases()
let app: ReturnType<typeof anAdmin>

beforeAll(async () => {
  app = anAdmin(await databases.migrated())
})

it('the workspace that everything is in is there, and stays', async () => {
  const { data } = (await app.inject('/workspaces')).json<{ data: { id: string; name: string }[] }>()
  expect(data.map(({ name }) => name)).toEqual(['default'])
  for (const key of ['default', data[0]?.id]) {
    const gone = await app.inject({ method: 'DELETE', url: `/workspaces/${key}` })
    expect([gone.statusCode, gone.json()]).toEqual([
      400,
      { message: 'the default workspace cannot be deleted' },
    ])
  }
  for (const method of ['PUT', 'PATCH'] as const) {
    const headers = { 'content-type': 'application/json' }
    const renamed = { method, url: `/workspaces/${data[0]?.id}`, headers, payload: '{"name":"other"}' }
    expect((await app.inject(renamed)).json()).toMatchObject({
      fields: { name: 'immutable field cannot be updated' },
    })
  }
  expect((await app.inject('/workspaces/default')).json()).toEqual(data[0])
  expect((await app.inject('/default/services')).statusCode).toBe(404)
})
