import type { Entity, JsonObject } from '@biplane/entities'
import type { PluginHandler } from '@biplane/plugins/handlers'
import type { Change } from '@biplane/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigAuthor } from '../fixtures/config-author.ts'
import { aRequest } from '../router/fixtures/a-route.ts'
import { asRequest } from '../router/stream-request.ts'
import { type Compiled, compiler, noParts, noPartsOf, type Parts } from './compile.ts'

const compile = compiler(
  new Map(
    ['key-auth', 'request-termination'].map((name) => [name, { name, priority: 1, create: () => ({}) }]),
  ),
)

function compiled(parts: Parts, changes: readonly Change[]): Parts {
  const outcome = compile(parts, changes)
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.errors))
  return outcome.parts
}

const author = new ConfigAuthor()
const services = [0, 1].map(() => author.put('services', { host: 'a.test' }))
const limit = { name: 'request-termination' }
const group = author.put('consumer_groups', { name: 'gold' })
const ALICE = '11111111-1111-4111-8111-111111111111'
const entities = [
  ...services.map((entity) => ['services', entity] as const),
  ...[0, 1, 2].map(
    (i) =>
      [
        'routes',
        author.put('routes', { paths: [`/${i % 2}`], service: { id: services[0]?.id ?? '' } }),
      ] as const,
  ),
  ['plugins', author.put('plugins', { name: 'key-auth' })] as const,
  ['plugins', author.put('plugins', { name: 'key-auth', service: { id: services[0]?.id ?? '' } })] as const,
  ['plugins', author.put('plugins', { ...limit, consumer_group: { id: group.id } })] as const,
  ['consumer_groups', group] as const,
  [
    'consumer_group_consumers',
    author.put('consumer_group_consumers', { consumer: { id: ALICE }, consumer_group: { id: group.id } }),
  ] as const,
]

/** What can be told of a config by using it. */
function seen({ router, services: known, plugins }: Parts) {
  const of = (service: string | null, consumer: string | null = null) =>
    plugins.chain({}, { route: null, service, consumer })
  return {
    matches: ['/0', '/1'].map((path) => router.match(aRequest({ path }))?.rule.route.fields.id),
    services: services.map(({ id }) => known.has(id)),
    plugins: [null, services[0]?.id ?? null].map((service) => of(service).map((instance) => instance?.id)),
    grouped: of(null, ALICE).map((instance) => instance?.id),
  }
}

describe('compile', () => {
  it.each(['traditional', 'traditional_compatible', 'expressions'] as const)(
    'keeps %s routes of streams from requests, and the other way round, also where a route turns from one to the other',
    (flavor) => {
      const routes = new ConfigAuthor(flavor)
      const route =
        flavor === 'expressions' ? { expression: 'tls.sni == "a.test"', priority: 0 } : { snis: ['a.test'] }
      const found = ({ router, streamRouter }: Parts) => [
        router.match(aRequest({ scheme: 'https', sni: 'a.test' })) !== undefined,
        streamRouter.match(asRequest({ scheme: 'tls', sni: 'a.test' })) !== undefined,
      ]
      const put = (parts: Parts, fields: JsonObject): [Parts, Entity] => {
        const entity = routes.put('routes', { ...route, ...fields })
        return [compiled(parts, [{ op: 'upsert', kind: 'routes', id: entity.id, entity }]), entity]
      }
      const [streams, { id }] = put(noPartsOf(flavor), { protocols: ['tls'] })
      expect(found(streams)).toEqual([false, true])
      const [requests] = put(streams, { id, protocols: ['https'] })
      expect(found(requests)).toEqual([true, false])
      const [again] = put(requests, { id, protocols: ['tls_passthrough'] })
      expect(found(again)).toEqual([false, true])
      expect(found(compiled(again, [{ op: 'delete', kind: 'routes', id }]))).toEqual([false, false])
    },
  )

  it('gives the same for a config, in whatever steps it came about', () => {
    const step = fc.record({
      at: fc.nat(entities.length - 1),
      op: fc.constantFrom('upsert' as const, 'delete' as const),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const changes = steps.map(({ at, op }): Change => {
          const [kind, entity] = entities[at] ?? entities[0] ?? ['services', { id: '' }]
          return op === 'upsert' ? { op, kind, id: entity.id, entity } : { op, kind, id: entity.id }
        })
        const left = new Map<string, Change>()
        for (const change of changes) {
          left.delete(change.id)
          if (change.op === 'upsert') left.set(change.id, change)
        }
        const inSteps = changes.reduce((parts, change) => compiled(parts, [change]), noParts)
        expect(seen(inSteps)).toEqual(seen(compiled(noParts, [...left.values()])))
      }),
    )
  })

  it.each([
    [['https'], 1],
    [['tcp', 'grpc'], 1],
    [['tcp', 'tls', 'udp', 'tls_passthrough'], 0],
  ])('gives requests the plugins of any protocol but those of streams: %j', (protocols, count) => {
    const row = author.put('plugins', { name: 'request-termination' })
    const put = (entity: Entity): Change => ({ op: 'upsert', kind: 'plugins', id: row.id, entity })
    const before = compiled(noParts, [put(row)])
    const { plugins } = compiled(before, [put({ ...row, protocols })])
    expect(plugins.chain(null, { route: null, service: null, consumer: null })).toHaveLength(count)
  })

  it.each<[string[], object, number, number]>([
    [['http', 'tls'], { stream: {} }, 1, 1],
    [['udp', 'tls_passthrough'], { stream: {} }, 0, 1],
    [['http', 'grpcs'], { stream: {} }, 1, 0],
    [['http', 'tcp'], {}, 1, 0],
  ])(
    'gives streams what is for one of %j, if its plugin knows streams: %j',
    (protocols, handler, ...counts) => {
      const row = { ...author.put('plugins', { name: 'key-auth' }), protocols }
      const made = compiler(new Map([['key-auth', { name: 'key-auth', priority: 1, create: () => handler }]]))
      const put = made(noParts, [{ op: 'upsert', kind: 'plugins', id: row.id, entity: row }])
      expect(chains(put)).toEqual(counts)
      if (put.kind === 'refused') return
      expect(chains(made(put.parts, [{ op: 'delete', kind: 'plugins', id: row.id }]))).toEqual([0, 0])
    },
  )

  it('refuses a config that its plugin throws over, and tells why', () => {
    const create = () => {
      throw new Error('no such thing')
    }
    const row = author.put('plugins', { name: 'key-auth' })
    const broken = compiler(new Map([['key-auth', { name: 'key-auth', priority: 1, create }]]))
    expect(broken(noParts, [{ op: 'upsert', kind: 'plugins', id: row.id, entity: row }])).toEqual({
      kind: 'refused',
      errors: [
        {
          kind: 'plugins',
          id: row.id,
          field: 'config',
          message: "the plugin 'key-auth' can do nothing with it: no such thing",
        },
      ],
    })
  })

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'it made no handler'],
    ['a phase that is none', { access: 'soon' }, "its phase 'access' is no function"],
    [
      'a need without an end',
      { needs: { responseBody: {} } },
      'the limit of its needs.responseBody is no number',
    ],
    ['a phase of streams that is none', { stream: { log: 1 } }, "its phase 'stream.log' is no function"],
    ['needs that are none', { needs: 'all' }, 'its needs are no object'],
  ])('refuses a config of which a plugin makes %s', (_what, handler, why) => {
    const row = author.put('plugins', { name: 'key-auth' })
    // TypeScript would not let anybody write it.
    const create = () => handler as PluginHandler
    const broken = compiler(new Map([['key-auth', { name: 'key-auth', priority: 1, create }]]))
    expect(broken(noParts, [{ op: 'upsert', kind: 'plugins', id: row.id, entity: row }])).toMatchObject({
      errors: [{ field: 'config', message: `the plugin 'key-auth' can do nothing with it: ${why}` }],
    })
  })

  it('leaves alone what stays in the store', () => {
    const consumer = author.put('consumers', { username: 'bob' })
    const change: Change = { op: 'upsert', kind: 'consumers', id: consumer.id, entity: consumer }
    expect(compiled(noParts, [change])).toBe(noParts)
  })

  it('recompiles only the part that a change touches', () => {
    const [kind, entity] = entities[2] ?? ['', { id: '' }]
    const parts = compiled(noParts, [{ op: 'upsert', kind, id: entity.id, entity }])
    expect(parts.plugins).toBe(noParts.plugins)
    expect(parts.services).toBe(noParts.services)
    expect(parts.router).not.toBe(noParts.router)
  })

  it('tells of every entity that it refuses', () => {
    const unknown = { ...author.put('plugins', { name: 'key-auth' }), name: 'acme' }
    const broken = { ...author.put('routes', { paths: ['/'] }), paths: ['~/('] }
    const header = { ...author.put('routes', { paths: ['/'] }), headers: { x: ['a', '~*('] } }
    const changes: Change[] = [
      { op: 'upsert', kind: 'plugins', id: unknown.id, entity: unknown },
      { op: 'upsert', kind: 'routes', id: broken.id, entity: broken },
      { op: 'upsert', kind: 'routes', id: header.id, entity: header },
    ]
    expect(compile(noParts, changes)).toMatchObject({
      kind: 'refused',
      errors: [
        { kind: 'plugins', field: 'name' },
        { kind: 'routes', field: 'paths' },
        { kind: 'routes', field: 'headers' },
      ],
    })
  })

  it('refuses a route of another flavour than the node has', () => {
    const words = { ...author.put('routes', { paths: ['/'] }), paths: null, expression: 'http.path ^= "/"' }
    const change: Change = { op: 'upsert', kind: 'routes', id: words.id, entity: words }
    expect(compile(noParts, [change])).toMatchObject({ errors: [{ kind: 'routes', field: 'expression' }] })
    expect(compile(noPartsOf('expressions'), [change])).toMatchObject({ kind: 'compiled' })
  })
})

/** How many plugins run on any request, and on any stream. */
function chains(outcome: Compiled): number[] {
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.errors))
  const { plugins, streamPlugins } = outcome.parts
  return [plugins, streamPlugins].map(
    (plan) => plan.chain(null, { route: null, service: null, consumer: null }).length,
  )
}
