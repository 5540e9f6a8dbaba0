import { describe, expect, it } from 'vitest'
import { accepted, configOf, context, KEY, NOW, only, registry } from './fixtures/world.ts'
import { parseConfig } from './parse.ts'

const ID = '1111111a-1111-4111-8111-111111111111'

/** Every entity as its kind, its name and the kinds and names that it refers to. */
async function outlined(document: Parameters<typeof configOf>[0]): Promise<readonly string[]> {
  const config = await configOf(document)
  const rows = [...config].flatMap(([kind, entities]) =>
    [...entities.values()].map((entity) => ({ kind, entity })),
  )
  const named = ({ kind, entity }: (typeof rows)[number]) =>
    `${kind}:${entity.name ?? entity.username ?? entity.key ?? entity.target}`
  const names = new Map(rows.map((row) => [row.entity.id, named(row)]))
  return rows.map((row) => {
    const links = Object.values(row.entity).flatMap((value) =>
      typeof value === 'object' && value !== null && 'id' in value
        ? [names.get(String(value.id)) ?? 'nobody']
        : [],
    )
    return [named(row), ...links].join(' → ')
  })
}

const service = { name: 'shop', host: 'h.test' }
const route = { name: 'all', paths: ['/'] }

describe('entities of a document', () => {
  it.each([
    [
      'in lists of their own',
      { services: [service], routes: [{ ...route, service: 'shop' }] },
      ['services:shop', 'routes:all → services:shop'],
    ],
    [
      'nested',
      { services: [{ ...service, routes: [route] }] },
      ['services:shop', 'routes:all → services:shop'],
    ],
    [
      'nested twice',
      { services: [{ ...service, routes: [{ ...route, plugins: [{ name: 'key-auth' }] }] }] },
      ['services:shop', 'routes:all → services:shop', 'plugins:key-auth → routes:all'],
    ],
    [
      'nested under two parents',
      {
        services: [{ ...service, plugins: [{ name: 'key-auth' }] }],
        consumers: [
          {
            username: 'ann',
            keyauth_credentials: [{ key: 'k' }],
            plugins: [{ name: 'rate-limiting', service: 'shop' }],
          },
        ],
      },
      [
        'services:shop',
        'consumers:ann',
        'plugins:key-auth → services:shop',
        'plugins:rate-limiting → services:shop → consumers:ann',
        'keyauth_credentials:k → consumers:ann',
      ],
    ],
    [
      'nested in an upstream',
      { upstreams: [{ name: 'u.test', targets: [{ target: '10.0.0.1:80' }] }] },
      ['upstreams:u.test', 'targets:10.0.0.1:80 → upstreams:u.test'],
    ],
    [
      'in any order',
      { routes: [{ ...route, service: 'shop' }], services: [service] },
      ['services:shop', 'routes:all → services:shop'],
    ],
    ['without members', { services: [], routes: {}, consumers: null, plugins: null }, []],
  ])('may be %s', async (_, document, rows) => {
    expect(await outlined(document)).toEqual(rows)
  })

  it.each([
    ['name', 'shop'],
    ['id', ID],
    ['id in capitals', ID.toUpperCase()],
    ['object with the id', { id: ID }],
    ['object with another unique field', { name: 'shop' }],
  ])('are referred to by %s', async (_, reference) => {
    const config = await configOf({
      services: [{ ...service, id: ID }],
      routes: [{ ...route, service: reference }],
    })
    expect(only(config, 'routes').service).toEqual({ id: ID })
  })

  it('belong to what they are nested in, whatever they say', async () => {
    const other = { name: 'other', host: 'h.test' }
    expect(
      await outlined({ services: [other, { ...service, routes: [{ ...route, service: 'other' }] }] }),
    ).toContain('routes:all → services:shop')
  })

  it('are complete: defaults, generated fields and shorthands', async () => {
    const config = await configOf({
      services: [{ name: 's', url: 'https://h.test/x', tags: ['a', 'a'] }],
      consumers: [{ username: 'ann', keyauth_credentials: [{}] }],
    })
    expect(only(config, 'services')).toMatchObject({
      protocol: 'https',
      host: 'h.test',
      port: 443,
      path: '/x',
      retries: 5,
      tags: ['a'],
      created_at: NOW,
      updated_at: NOW,
      client_certificate: null,
    })
    expect(only(config, 'keyauth_credentials')).toMatchObject({ key: KEY, expires_at: null })
  })

  it('keep what only a document may say', async () => {
    const config = await configOf({
      consumers: [
        {
          username: 'ann',
          created_at: 5,
          updated_at: 6,
          keyauth_credentials: [{ key: 'a', expires_at: NOW + 7 }],
        },
      ],
    })
    expect(only(config, 'consumers')).toMatchObject({ created_at: 5, updated_at: 6 })
    expect(only(config, 'keyauth_credentials')).toMatchObject({ expires_at: NOW + 7 })
  })

  it('live as long as they say, counted from now', async () => {
    const config = await configOf({ consumers: [{ username: 'ann', keyauth_credentials: [{ ttl: 7 }] }] })
    expect(only(config, 'keyauth_credentials')).toMatchObject({ expires_at: NOW + 7 })
  })

  it('are not those that Kong exports of its own', async () => {
    const config = await configOf({
      parameters: [{ key: 'cluster_id', value: 'x', created_at: 5 }],
      workspaces: [{ name: 'default' }],
      consumers: [{ username: 'ann' }],
    })
    expect([...config.keys()]).toEqual(['consumers'])
  })

  it('may bear remarks, which mean nothing', async () => {
    const remarks = { _comment: 'x', _ignore: [1, { a: 1 }] }
    const config = await configOf({ ...remarks, services: [{ ...service, ...remarks }] })
    expect(only(config, 'services')).not.toHaveProperty('_comment')
    expect(only(config, 'services')).not.toHaveProperty('_ignore')
  })

  it('are found when their names are those of prototypes', async () => {
    const names = ['__proto__', 'constructor', 'toString']
    const document = {
      services: names.map((name) => ({ name, host: 'h.test', routes: [{ paths: ['/'] }] })),
      routes: names.map((name) => ({ name, paths: ['/'], service: name })),
    }
    const { entities } = await accepted(document)
    expect(entities).toHaveLength(9)
  })
})

describe('a document', () => {
  it.each([
    ['is taken as a user writes it', {}, true],
    ['is taken as a user writes it if it says so', { _transform: true }, true],
    ['is taken as it is stored if it says so', { _transform: false }, false],
  ])('%s', async (_, settings, transform) => {
    expect(await accepted(settings)).toMatchObject({ entities: [], transform })
  })

  it.each(['1.1', '2.1'])('of format %s means other paths', async (version) => {
    const config = await configOf({
      _format_version: version,
      services: [{ ...service, routes: [{ ...route, paths: ['/a%20b', '/v\\d+', '~/x$'] }] }],
    })
    expect(only(config, 'routes').paths).toEqual(['/a b', '~/v\\d+', '~/x$'])
  })

  it('is judged without being changed', async () => {
    const document = freeze({
      _format_version: '1.1',
      services: [{ ...service, routes: [{ ...route, plugins: [{ name: 'key-auth', config: {} }] }] }],
    })
    expect(await parseConfig(document, registry, context)).toHaveProperty('draft')
  })
})

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value)
    for (const inner of Object.values(value)) freeze(inner)
  }
  return value
}
