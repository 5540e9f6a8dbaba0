import { openDatabase } from '@biplane/database'
import { isJsonObject, type Json, type JsonObject } from '@biplane/entities'
import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, describe, expect, it } from 'vitest'
import { anAdmin, log, registry } from '../fixtures/admin.ts'

/** Nothing is asked for that needs it. */
const nowhere = { host: 'database.test', port: 1, user: 'u', password: '', database: 'd', schema: 's' }
const settings = { ...nowhere, tls: false, timeout: 1000, poolSize: 1 } as const
const app = anAdmin(openDatabase({ settings, registry, log }))
let document: JsonObject

beforeAll(async () => {
  document = (await app.inject('/openapi.json')).json()
})

describe('the document', () => {
  it('is OpenAPI 3.1', async () => {
    const validator = new Validator()
    const { valid, errors } = await validator.validate(structuredClone(document))
    expect(errors).toBeUndefined()
    expect(valid).toBe(true)
    expect(validator.version).toBe('3.1')
  })

  it('tells every verb of every path that is offered, and has words for each', async () => {
    const { data: paths } = (await app.inject('/endpoints')).json<{ data: string[] }>()
    expect(Object.keys(Object(document.paths))).toEqual(paths)
    for (const path of paths) {
      const { headers } = await app.inject({ method: 'OPTIONS', url: path.replaceAll(/[{}]/g, '') })
      const verbs = String(headers.allow)
        .split(', ')
        .filter((verb) => verb !== 'HEAD' && verb !== 'OPTIONS')
      const told = Object.entries(Object(document.paths)[path]).map(([verb, operation]) => [
        verb.toUpperCase(),
        operation,
      ])
      expect(told.map(([verb]) => verb).toSorted()).toEqual(verbs.toSorted())
      for (const [verb, operation] of told)
        expect(Object(operation).summary, `${verb} ${path} needs a contract`).not.toBe(`${verb} ${path}`)
    }
  })

  it('refers to nothing that it does not hold, and holds nothing that is not referred to', () => {
    const used = new Set(references(document))
    const { securitySchemes: _, ...sorts } = Object(document.components)
    const components = Object.entries(sorts).flatMap(([sort, all]) =>
      Object.keys(Object(all)).map((name) => `#/components/${sort}/${name}`),
    )
    expect([...used].filter((name) => !components.includes(name))).toEqual([])
    expect(components.filter((name) => !used.has(name))).toEqual([])
  })

  it('tells how to show who asks, but for what anybody may ask', () => {
    const { paths, components } = Object(document)
    expect(Object.keys(components.securitySchemes)).toEqual(['token', 'bearer', 'certificate'])
    expect(Object.keys(paths['/services'].get.responses)).toEqual(
      expect.arrayContaining(['401', '403', '429']),
    )
    expect(paths['/status'].get).toHaveProperty('security', [])
    expect(paths['/status'].get.responses).not.toHaveProperty('401')
  })

  it('names each operation once', () => {
    const names = operations().map(({ operationId }) => String(operationId))
    expect(new Set(names).size).toBe(names.length)
  })

  it('tells every parameter of a path, and what of it leads elsewhere', () => {
    const get = Object(document.paths)['/plugins/{plugins}'].get
    expect(get.parameters[0]).toMatchObject({
      ...{ name: 'plugins', in: 'path', required: true },
      schema: { not: { enum: ['enabled'] } },
    })
  })

  it('tells apart plugins by their names, whatever else is configured', () => {
    const { plugins } = Object(document.components).schemas
    expect(plugins.discriminator.mapping).toMatchObject({
      'key-auth': '#/components/schemas/plugins-key-auth',
    })
    expect(plugins.oneOf).toHaveLength(38)
    expect(plugins.oneOf).toContainEqual({ $ref: '#/components/schemas/plugins.unknown' })
  })

  it('is the same each time', async () => {
    expect((await app.inject('/openapi.json')).json()).toEqual(document)
  })
})

function operations(): readonly JsonObject[] {
  return Object.values(Object(document.paths)).flatMap((path) =>
    Object.values(Object(path)).filter(isJsonObject),
  )
}

function references(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each: Json) => references(each))
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([name, member]) =>
    name === '$ref' || (name !== 'enum' && typeof member === 'string' && member.startsWith('#/components/'))
      ? [String(member)]
      : references(member),
  )
}
