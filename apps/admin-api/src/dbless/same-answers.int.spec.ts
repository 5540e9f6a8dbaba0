import { authority, rsa } from '@biplane/entities/fixtures/pem'
import type { FastifyInstance } from 'fastify'
import { beforeAll, describe, expect, it } from 'vitest'
import { load } from '../fixtures/a-document.ts'
import { anAdmin, registry, useDatabases } from '../fixtures/admin.ts'
import { aDblessAdmin } from '../fixtures/memory.ts'

const databases = useDatabases()

/** Something of most kinds, with names or given ids, so that ids are the same everywhere. */
const document = {
  _format_version: '3.0',
  services: [
    {
      name: 'first',
      url: 'https://a.test/x',
      tags: ['b', 'a'],
      routes: [
        { name: 'one', paths: ['/one'], tags: ['a'], plugins: [{ name: 'key-auth' }] },
        { name: 'two', hosts: ['two.test'] },
      ],
      plugins: [{ name: 'rate-limiting', config: { minute: 3, policy: 'local' } }],
    },
    { name: 'second', host: 'b.test', enabled: false },
  ],
  consumers: [
    {
      username: 'ann',
      custom_id: 'Ann 1',
      keyauth_credentials: [
        { id: 'a6a3ff4c-4ba0-4a2b-8a9b-6c5d8a3f0a03', key: 'k1', tags: ['a'] },
        { id: 'a6a3ff4c-4ba0-4a2b-8a9b-6c5d8a3f0a04', key: 'gone', expires_at: 1 },
      ],
      basicauth_credentials: [{ username: 'ann', password: 'secret' }],
      acls: [{ group: 'g' }],
      plugins: [{ name: 'request-termination' }],
    },
    { username: 'bob' },
  ],
  consumer_groups: [{ name: 'gold', consumers: ['ann', 'bob'] }],
  upstreams: [
    {
      name: 'up',
      targets: [
        { target: '10.0.0.1:80', created_at: 5 },
        { target: '10.0.0.2:80', created_at: 7 },
        { target: 'c.test:90', created_at: 6 },
      ],
    },
  ],
  certificates: [
    {
      id: 'a6a3ff4c-4ba0-4a2b-8a9b-6c5d8a3f0a01',
      cert: rsa.cert,
      key: rsa.key,
      snis: [{ name: 'b.test' }, { name: 'a.test' }],
    },
  ],
  ca_certificates: [{ id: 'a6a3ff4c-4ba0-4a2b-8a9b-6c5d8a3f0a02', cert: authority }],
  key_sets: [{ name: 'set' }],
  vaults: [{ name: 'env', prefix: 'my-env' }],
  plugins: [{ name: 'cors', tags: ['a'] }],
}

/** What a client can ask for that begins at the lists of all kinds, by path. */
async function answers(app: FastifyInstance): Promise<ReadonlyMap<string, unknown>> {
  const told = new Map<string, unknown>()
  const ask = async (path: string): Promise<unknown> => {
    const answer = await app.inject(path)
    const body: unknown = JSON.parse(answer.body, timeless)
    told.set(path, { status: answer.statusCode, body })
    return body
  }
  for (const { kind, collection, endpointKey, fields } of registry.all) {
    if (collection === null) continue
    for (const row of rowsOf(await ask(`/${collection}?size=1000`))) {
      const names = [row.id, endpointKey === null ? null : row[endpointKey]].filter((name) => name != null)
      for (const name of names) {
        const path = `/${collection}/${encodeURIComponent(String(name))}`
        await ask(path)
        for (const field of Object.keys(fields))
          if (fields[field]?.type === 'foreign') await ask(`${path}/${field}`)
        const nested = registry.nestedCollections.filter(({ parent }) => parent.kind === kind)
        for (const { segment } of nested) await ask(`${path}/${segment}?size=1000`)
      }
    }
  }
  for (const path of PATHS) await ask(path)
  return told
}

const PATHS = [
  '/tags/a',
  '/services?tags=a,b',
  '/services?tags=a/z',
  '/consumers?custom_id=Ann%201',
  '/consumers/ann/key-auth/k1',
  '/consumers/bob/key-auth/k1',
  '/key-auths/k1/consumer',
  '/upstreams/up/targets',
  '/upstreams/up/targets?size=2&offset=1',
  '/upstreams/up/targets/all',
  '/upstreams/up/targets/c.test:90',
  '/upstreams/up/health',
  '/certificates/b.test',
  '/consumer_groups/gold/consumers',
  '/consumers/ann/consumer_groups',
  '/services/none',
  '/services/none/routes',
]

function rowsOf(body: unknown): readonly Record<string, unknown>[] {
  const data: unknown = Reflect.get(Object(body), 'data')
  return Array.isArray(data) ? data : []
}

/** Moments, salts and who answers differ. */
function timeless(key: string, value: unknown): unknown {
  return ['created_at', 'updated_at', 'password', 'node_id'].includes(key) ? '' : value
}

describe('a config in memory and the same one in a database', () => {
  let memory: ReadonlyMap<string, unknown>
  let database: ReadonlyMap<string, unknown>
  beforeAll(async () => {
    const apps = [await aDblessAdmin(), anAdmin(await databases.migrated())] as const
    for (const app of apps) {
      const loaded = await load(app, document)
      expect(loaded.statusCode, loaded.body).toBe(201)
    }
    memory = await answers(apps[0])
    database = await answers(apps[1])
  })

  it('are the same to every client', () => {
    expect(Object.fromEntries(memory)).toEqual(Object.fromEntries(database))
  })

  it('were asked for much', () => {
    expect(memory.size).toBeGreaterThan(100)
  })
})
