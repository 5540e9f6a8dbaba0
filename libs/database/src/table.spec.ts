import {
  array,
  defineEntity,
  entityKinds,
  id,
  keyauthCredential,
  parameter,
  plugin,
  string,
} from '@biplane/entities'
import { describe, expect, it } from 'vitest'
import { columnNamed, tableOf } from './table.ts'

const columns = (table: ReturnType<typeof tableOf>) =>
  table.columns.map(({ name, type }) => `${name} ${type}`)

describe('a table', () => {
  it('has columns for what is searched, joined or ordered by, and a body for the rest', () => {
    const table = tableOf(plugin)
    expect(columns(table)).toEqual([
      ...['id uuid', 'name text', 'instance_name text', 'created_at double precision'],
      ...[
        'updated_at double precision',
        'route_id uuid',
        'service_id uuid',
        'consumer_id uuid',
        'consumer_group_id uuid',
        'tags text[]',
      ],
    ])
    expect(table.body).toEqual(['config', 'protocols', 'enabled'])
    expect(table.unique.map(({ name }) => name)).toEqual([
      'plugins_instance_name_key',
      'plugins_name_route_service_consumer_consumer_group_key',
    ])
  })

  it('has a column for the end of what may expire', () => {
    expect(columns(tableOf(keyauthCredential))).toContain('expires_at double precision')
  })

  it('takes the id from the field that it is made of', () => {
    expect(columns(tableOf(parameter))).toEqual([...['id text', 'created_at double precision', 'key text']])
  })

  it.each(entityKinds)('holds every field of $kind once', (definition) => {
    const { columns, body } = tableOf(definition)
    const stored = [...columns.map(({ field }) => field), ...body]
    expect(new Set(stored).size).toBe(stored.length)
    const extra = new Set(['id', ...(definition.ttl ? ['expires_at'] : [])])
    expect(new Set(stored)).toEqual(new Set([...extra, ...Object.keys(definition.fields)]))
  })

  it.each([
    [
      'a field that cannot have a column',
      { list: array(array(string()), { unique: true }) },
      'cannot have a column',
    ],
    [
      'a name that PostgreSQL would cut',
      { ['x'.repeat(60)]: string({ unique: true }) },
      'longer than 63 bytes',
    ],
  ])('is refused for %s', (_, fields, message) => {
    const definition = defineEntity({ kind: 'things', collection: null, fields: { id, ...fields } })
    expect(() => tableOf(definition)).toThrow(message)
  })

  it('cannot be searched by what is in the body', () => {
    expect(() => columnNamed(tableOf(plugin), 'config')).toThrow("'config' of 'plugins' has no column")
  })
})
