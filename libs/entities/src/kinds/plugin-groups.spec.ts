import { describe, expect, it } from 'vitest'
import { aWrite, ID, OTHER_ID, subschemas } from '../fixtures/context.ts'
import { kongSchema } from '../kong-schema.ts'
import { mergePatch } from '../merge-patch.ts'
import { validate } from '../validate.ts'
import { plugin } from './plugin.ts'

const limit = { name: 'rate-limiting', config: { minute: 5 } }
const group = { id: OTHER_ID }

function created(input: object) {
  const outcome = validate(plugin, { ...limit, ...input }, aWrite())
  if (!('entity' in outcome)) throw new Error(JSON.stringify(outcome))
  return outcome.entity
}

describe('the group of a plugin', () => {
  it.each([
    [{}, false],
    [{ consumer_group: null }, false],
    [{ consumer_group: group }, true],
  ])('%j is there only when it is set', (input, there) => {
    expect(Object.hasOwn(created(input), 'consumer_group')).toBe(there)
  })

  it('goes when a patch says so, and stays when it says nothing', () => {
    const current = created({ consumer_group: group })
    const patched = (patch: { consumer_group?: null; enabled?: boolean }) =>
      validate(plugin, mergePatch(plugin, current, patch, subschemas), aWrite(current))
    expect(patched({ enabled: false })).toMatchObject({ entity: { consumer_group: group } })
    expect(patched({ consumer_group: null })).not.toHaveProperty('entity.consumer_group')
  })

  it('is not beside a consumer', () => {
    const input = { ...limit, consumer: { id: ID }, consumer_group: group }
    const message = "only one or none of these fields must be set: 'consumer', 'consumer_group'"
    expect(validate(plugin, input, aWrite())).toEqual({ errors: { '@entity': [message] } })
  })

  it('is refused where a consumer is: the plugin finds out who that is', () => {
    expect(validate(plugin, { name: 'key-auth', consumer_group: group }, aWrite())).toEqual({
      errors: { consumer_group: 'value must be null' },
    })
  })

  it('is no part of what Kong tells of plugins', () => {
    expect(JSON.stringify(kongSchema(plugin))).not.toContain('consumer_group')
  })
})
