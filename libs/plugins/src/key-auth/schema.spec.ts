import { isJsonObject, kongSchema } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { bundledPlugins } from '../schemas.ts'
import kong from './kong-schema.json' with { type: 'json' }

describe('the schema of key-auth', () => {
  const schema = bundledPlugins('3.4.2').get('key-auth')
  const fields = schema ? kongSchema(schema).fields : []

  // The recorded answer of Kong holds the fields of `config` only, not those around it.
  it("shows a config that is Kong's, field by field", () => {
    expect(fields).toContainEqual({ config: { type: 'record', required: true, fields: kong.fields } })
  })

  it('has the fields around it that every authentication plugin has', () => {
    const names = Array.isArray(fields)
      ? fields.filter(isJsonObject).flatMap((field) => Object.keys(field))
      : []
    expect(names).toEqual(['consumer', 'protocols', 'config'])
    expect(fields).toContainEqual({ consumer: expect.objectContaining({ eq: null, reference: 'consumers' }) })
  })

  it('ranks as in Kong and carries the version of the product', () => {
    expect(schema).toMatchObject({ priority: 1250, version: '3.4.2' })
  })
})
