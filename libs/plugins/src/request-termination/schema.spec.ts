import { kongSchema } from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { anInput, validated } from '../fixtures.ts'
import { bundledPlugins } from '../schemas.ts'
import kong from './kong-schema.json' with { type: 'json' }

describe('the schema of request-termination', () => {
  const schema = bundledPlugins('3.4.2').get('request-termination')

  it("is shown as Kong's, to the order of its fields", () => {
    expect(JSON.parse(JSON.stringify(schema && kongSchema(schema)))).toEqual(kong)
  })

  it('ranks as in Kong and carries the version of the product', () => {
    expect(schema).toMatchObject({ priority: 2, version: '3.4.2' })
  })

  it.each([
    [{ message: 'x', body: 'y' }, 'message cannot be used with content_type or body'],
    [{ message: 'x', content_type: 'text/plain' }, 'message cannot be used with content_type or body'],
    [{ content_type: 'text/plain' }, 'content_type requires a body'],
    [{ echo: true, body: 'y' }, 'echo cannot be used with content_type and body'],
    [{ status_code: 99 }, { status_code: 'value should be between 100 and 599' }],
  ])('refuses %j', (config, expected) => {
    expect(validated(anInput('request-termination', config))).toEqual({ errors: { config: expected } })
  })

  it.each([
    [{ message: 'x' }],
    [{ message: 'x', echo: true }],
    [{ body: 'y' }],
    [{ body: 'y', content_type: 'text/plain' }],
  ])('accepts %j', (config) => {
    expect(validated(anInput('request-termination', config))).toMatchObject({ entity: { config } })
  })
})
