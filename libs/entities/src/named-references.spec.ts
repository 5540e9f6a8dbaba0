import { describe, expect, it } from 'vitest'
import { ID } from './fixtures/context.ts'
import { plugin } from './kinds/plugin.ts'
import { route } from './kinds/route.ts'
import { service } from './kinds/service.ts'
import { entityKinds } from './kinds.ts'
import { foreignKeysUnresolved, namedReferences } from './named-references.ts'
import { entityRegistry } from './registry.ts'

const registry = entityRegistry(entityKinds)

describe('namedReferences', () => {
  it.each([
    ['none where the ids are given', plugin, { service: { id: ID }, route: null }, []],
    [
      'a reference by the name',
      route,
      { service: { name: 'x' } },
      [{ field: 'service', to: 'services', by: [{ field: 'name', value: 'x' }] }],
    ],
    [
      'every unique field that was named',
      plugin,
      { consumer: { custom_id: 'c', username: 'u', tags: 'x' } },
      [
        {
          field: 'consumer',
          to: 'consumers',
          by: [
            { field: 'username', value: 'u' },
            { field: 'custom_id', value: 'c' },
          ],
        },
      ],
    ],
  ])('finds %s', (_, definition, fields, found) => {
    expect(namedReferences(registry, definition, { id: ID, ...fields })).toEqual(found)
  })

  it('finds none of kinds that are not registered', () => {
    const few = entityRegistry([service])
    expect(namedReferences(few, service, { id: ID, client_certificate: { name: 'x' } })).toEqual([])
  })

  it.each([
    ['what is not unique', { host: 'h' }],
    ['a name that is none', { name: 'a b' }],
    ['a name that is no text', { name: 5 }],
    ['a name beside an id', { id: ID, name: 'x' }],
  ])('looks up nothing by %s', (_, service) => {
    expect(namedReferences(registry, route, { service })).toEqual([])
  })
})

describe('foreignKeysUnresolved', () => {
  it('says what could not be found, and of which kind', () => {
    const error = foreignKeysUnresolved([
      { field: 'service', to: 'services', by: [{ field: 'name', value: 'x' }] },
    ])
    const message = `the foreign key cannot be resolved with '{name="x"}' for an existing 'services' entity`
    expect(error).toMatchObject({
      code: 'foreign keys unresolved',
      message: `foreign key unresolved (service.name: ${message})`,
      details: { service: { name: message } },
    })
  })

  it('says it of all, by name', () => {
    const by = [
      { field: 'username', value: 'u' },
      { field: 'custom_id', value: 'c' },
    ]
    const { message } = foreignKeysUnresolved([{ field: 'consumer', to: 'consumers', by }])
    expect(message).toMatch(/^2 foreign keys unresolved \(consumer\.custom_id: .*; consumer\.username: /)
  })
})
