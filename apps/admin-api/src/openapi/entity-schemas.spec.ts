import {
  certificate,
  type JsonObject,
  type JsonSchema,
  plugin,
  service,
  target,
  upstream,
} from '@biplane/entities'
import { bundledPlugins } from '@biplane/plugins'
import { anInput, validated } from '@biplane/plugins/fixtures'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { registry } from '../fixtures/admin.ts'
import { EntitySchemas } from './entity-schemas.ts'

const plugins = bundledPlugins('3.4.0')
const schemas = new EntitySchemas(registry, { plugins })
schemas.shown(plugin)
schemas.written(plugin, 'new')
schemas.written(plugin, 'patch')
const ajv = addFormats.default(new Ajv2020({ strict: false, inlineRefs: false }))
ajv.addSchema({ components: { schemas: schemas.components } }, 'document')

const isRight = (component: string, value: unknown): boolean =>
  ajv.validate(`document#/components/schemas/${component}`, value)

describe.each([...plugins.keys()])('the schemas of the plugin %s', (name) => {
  const outcome = validated(anInput(name))
  const stored: JsonObject = 'entity' in outcome ? outcome.entity : {}

  it('allow the least that a client may say, and what is shown of it', () => {
    expect(isRight(`plugins.new-${name}`, anInput(name)), ajv.errorsText()).toBe(true)
    expect(isRight(`plugins.patch-${name}`, { config: anInput(name).config }), ajv.errorsText()).toBe(true)
    expect(isRight(`plugins-${name}`, stored), ajv.errorsText()).toBe(true)
  })

  it('refuse a field that there is not, and one too few', () => {
    const config = Object(stored.config)
    const [first = ''] = Object.keys(config)
    const { [first]: _, ...less } = config
    expect(isRight(`plugins-${name}`, { ...stored, config: { ...config, nope: 1 } })).toBe(false)
    expect(isRight(`plugins.new-${name}`, { name, config: { ...config, nope: 1 } })).toBe(false)
    expect(isRight(`plugins-${name}`, { ...stored, config: less })).toBe(false)
  })
})

it('a plugin that is not known any more is shown with whatever config it has', () => {
  const outcome = validated(anInput('key-auth'))
  const stored = 'entity' in outcome ? outcome.entity : {}
  expect(isRight('plugins.unknown', { ...stored, name: 'gone', config: { any: 'thing' } })).toBe(true)
  expect(isRight('plugins.unknown', stored)).toBe(false)
})

describe('a component', () => {
  it('is made once, however often it is referred to', () => {
    expect(schemas.shown(service)).toEqual({ $ref: '#/components/schemas/services' })
    expect(schemas.shown(service)).toEqual(schemas.shown(service))
    expect(Object.keys(schemas.components).filter((name) => name === 'services')).toHaveLength(1)
  })

  it('needs nothing that the path tells', () => {
    const needs = (ref: JsonSchema) =>
      Object(schemas.components[String(ref.$ref).replace(/^.*\//, '')]).required
    expect(needs(schemas.written(target, 'new'))).toEqual(['upstream', 'target'])
    expect(needs(schemas.written(target, 'new', ['upstream']))).toEqual(['target'])
    expect(needs(schemas.written(upstream, 'new', ['name']))).toBeUndefined()
    expect(schemas.written(upstream, 'patch', ['name'])).toEqual(schemas.written(upstream, 'patch'))
  })

  it('has what is shown beside the fields, unless it is to be bare', () => {
    const properties = (ref: JsonSchema) =>
      Object(schemas.components[String(ref.$ref).replace(/^.*\//, '')]).properties
    expect(properties(schemas.shown(certificate))).toHaveProperty('snis')
    expect(properties(schemas.written(certificate, 'patch'))).toHaveProperty('snis')
    expect(properties(schemas.bare(certificate))).not.toHaveProperty('snis')
    expect(schemas.bare(service)).toEqual(schemas.shown(service))
  })
})
