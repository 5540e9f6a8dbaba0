import { entityKindsOf, entityRegistry, type JsonObject } from '@biplane/entities'
import type { FastifyInstance } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { anAdmin, useDatabases } from './fixtures/admin.ts'

const databases = useDatabases()
let app: FastifyInstance

beforeAll(async () => {
  const registry = entityRegistry(entityKindsOf('expressions'))
  app = anAdmin(await databases.migrated(registry), { registry })
})

const post = (payload: JsonObject) => app.inject({ method: 'POST', url: '/routes', payload })

describe('the Admin API where router_flavor is expressions', () => {
  it('takes routes by expression, and shows them so', async () => {
    const made = await post({
      name: 'by-words',
      expression: 'http.path ^= "/a" && http.method == "GET"',
      priority: 7,
    })
    expect(made.statusCode).toBe(201)
    const shown = (await app.inject('/routes/by-words')).json<JsonObject>()
    expect(shown).toMatchObject({ expression: 'http.path ^= "/a" && http.method == "GET"', priority: 7 })
    expect(shown).not.toHaveProperty('paths')
  })

  it('refuses what is no expression, in the words of Kong', async () => {
    const refused = await post({ expression: 'http.path ^= ' })
    expect(refused.statusCode).toBe(400)
    expect(refused.json()).toMatchObject({ name: 'schema violation' })
    expect(refused.json<{ message: string }>().message).toContain(
      'Router Expression failed validation:  --> 1:14',
    )
  })

  it('refuses attributes', async () => {
    expect((await post({ paths: ['/a'] })).json()).toMatchObject({
      fields: { expression: 'required field missing', paths: 'unknown field' },
    })
  })

  it('shows the schema of such routes', async () => {
    const { fields } = (await app.inject('/schemas/routes')).json<{ fields: JsonObject[] }>()
    const names = fields.flatMap((field) => Object.keys(field))
    expect(names).toContain('expression')
    expect(names).not.toContain('paths')
  })
})
