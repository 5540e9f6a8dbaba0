import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ConfiguredPlugins } from './configured-plugins.ts'
import { aDelete, afterChanges, anUpsert, type Stored } from './fixtures.ts'
import { entityKey } from './reduce.ts'

const id = fc.constantFrom('1', '2', '3', '4')
const name = fc.constantFrom('key-auth', 'cors', 'acl')
const change = fc.oneof(
  fc.tuple(id, name).map(([i, n]) => anUpsert('plugins', { id: i, name: n })),
  fc.tuple(id, name).map(([i, n]) => anUpsert('services', { id: i, name: n })),
  id.map((i) => aDelete('plugins', i)),
)

it('are the names of the rows there are, after any changes, counted from the start or as they pass', () => {
  fc.assert(
    fc.property(fc.array(change), (changes) => {
      const configured = new ConfiguredPlugins()
      let config: ReadonlyMap<string, Stored> = new Map()
      for (const each of changes) {
        configured.apply([{ ...each, before: config.get(entityKey(each))?.bytes ?? null }])
        config = afterChanges(config, [each])
      }
      const rows = [...config.values()].filter(({ kind }) => kind === 'plugins')
      const names = new Set(rows.map(({ bytes }) => JSON.parse(`${Buffer.from(bytes)}`).name))
      expect(configured.names).toEqual(names)
      expect(ConfiguredPlugins.of(config.values()).names).toEqual(names)
    }),
  )
})

it('are the same set as long as no name comes or goes, so that nothing that was found for it is found anew', () => {
  const configured = ConfiguredPlugins.of([anUpsert('plugins', { id: '1', name: 'cors' })])
  const before = configured.names
  configured.apply([{ ...anUpsert('plugins', { id: '2', name: 'cors' }), before: null }])
  expect(configured.names).toBe(before)
})
