import { describe, expect, it } from 'vitest'
import { subschemas } from '../fixtures/context.ts'
import { plugin } from '../kinds/plugin.ts'
import { route } from '../kinds/route.ts'
import { service } from '../kinds/service.ts'
import { vault } from '../kinds/vault.ts'
import { entitySchema, unknownVariantSchema, variantSchema, variantsOf } from './entity-schema.ts'
import type { Side } from './value-schema.ts'

const on = (side: Side) => ({ side, keysOf: () => [] })

describe('the schema of a kind', () => {
  it('shows every declared field, generated ones never null', () => {
    const { required, properties } = entitySchema(service, on('shown'))
    expect(required).toEqual(Object.keys(service.fields))
    expect(properties).toMatchObject({ id: { type: 'string' }, name: { type: ['string', 'null'] } })
  })

  it('needs of a new entity what has no default, or what stands for it', () => {
    expect(entitySchema(service, on('new')).anyOf).toEqual([{ required: ['host'] }, { required: ['url'] }])
    expect(entitySchema(service, on('patch'))).not.toHaveProperty('anyOf')
    expect(entitySchema(vault, { ...on('new'), given: ['prefix'] }).required).toEqual(['name'])
  })

  it('has a variant for each name, where a name decides which fields there are', () => {
    expect(variantsOf(plugin, subschemas)).toEqual({ by: 'name', names: ['key-auth', 'rate-limiting'] })
    expect(variantsOf(route, subschemas)).toBeNull()
    const { properties } = variantSchema(plugin, 'rate-limiting', subschemas, on('shown'))
    expect(properties).toMatchObject({
      name: { const: 'rate-limiting' },
      config: { additionalProperties: false },
    })
    expect(() => variantSchema(plugin, 'nope', subschemas, on('shown'))).toThrow(
      "plugins have no variant 'nope'",
    )
  })

  it('has one more for what is not known any more', () => {
    const variants = { by: 'name', names: ['key-auth'] }
    const { properties } = unknownVariantSchema(plugin, variants, on('shown'))
    expect(properties).toMatchObject({ name: { not: { enum: ['key-auth'] } } })
  })

  it('shows what is there only when it is set as one that may be absent, never null', () => {
    const { required, properties } = variantSchema(plugin, 'rate-limiting', subschemas, on('shown'))
    expect(required).not.toContain('consumer_group')
    expect(properties).toMatchObject({ consumer_group: { type: 'object' } })
  })
})
