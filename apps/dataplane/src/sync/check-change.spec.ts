import { entityKinds, entityRegistry } from '@biplane/entities'
import { bundledPlugins } from '@biplane/plugins'
import { type EncodedChange, encodeChange } from '@biplane/protocol'
import { describe, expect, it } from 'vitest'
import { ConfigAuthor } from '../fixtures/config-author.ts'
import { changeChecker } from './check-change.ts'

const check = changeChecker(entityRegistry(entityKinds), { plugins: bundledPlugins('3.4.0') })
const author = new ConfigAuthor()
const consumer = author.put('consumers', { username: 'bob' })
const route = author.put('routes', { paths: ['/'] })

/** A stored entity with other fields. */
function changed(
  kind: string,
  entity: typeof route,
  fields: Record<string, string | number | null>,
): EncodedChange {
  return encodeChange({ op: 'upsert', kind, id: entity.id, entity: { ...entity, ...fields } })
}

describe('changeChecker', () => {
  it.each([
    ['a service', 'services', author.put('services', { host: 'a.test' })],
    ['a route', 'routes', route],
    ['a consumer', 'consumers', consumer],
    ['a plugin', 'plugins', author.put('plugins', { name: 'key-auth' })],
    [
      'a credential that ends',
      'keyauth_credentials',
      author.put('keyauth_credentials', { consumer: { id: consumer.id }, ttl: 9 }),
    ],
    [
      'a parameter, whose id is no field',
      'parameters',
      author.put('parameters', { key: 'cluster_id', value: 'x' }),
    ],
  ])('takes %s as the Admin API stores it', (_what, kind, entity) => {
    expect(check(encodeChange({ op: 'upsert', kind, id: entity.id, entity }))).toMatchObject({
      kind: 'valid',
    })
  })

  it('takes a pattern that the Admin API would not take any more', () => {
    const entity = { ...route, paths: ['~/(a+)+$'] }
    expect(check(encodeChange({ op: 'upsert', kind: 'routes', id: route.id, entity }))).toMatchObject({
      kind: 'valid',
    })
  })

  it('takes the delete of anything that it knows', () => {
    expect(check({ kind: 'routes', id: route.id, bytes: null })).toMatchObject({
      kind: 'valid',
      change: { op: 'delete' },
    })
  })

  it('tolerates an unknown field while it is null', () => {
    expect(check(changed('routes', route, { from_the_future: null }))).toMatchObject({ kind: 'valid' })
  })

  it.each<[string, EncodedChange, object]>([
    [
      'an unknown kind',
      { kind: 'moons', id: '1', bytes: null },
      { kind: 'moons', message: "unknown kind 'moons'" },
    ],
    ['an unknown field', changed('routes', route, { from_the_future: 1 }), { field: 'from_the_future' }],
    ['a wrong value', changed('routes', route, { path_handling: 'v9' }), { field: 'path_handling' }],
    [
      'another id inside',
      { ...encodeChange({ op: 'upsert', kind: 'routes', id: route.id, entity: route }), id: 'x' },
      { id: 'x', field: 'id' },
    ],
    [
      'no JSON',
      { kind: 'routes', id: 'x', bytes: Buffer.from('{') },
      { id: 'x', message: 'not the JSON of an entity' },
    ],
  ])('refuses %s, and says where', (_what, encoded, error) => {
    expect(check(encoded)).toMatchObject({ kind: 'invalid', error })
  })
})
