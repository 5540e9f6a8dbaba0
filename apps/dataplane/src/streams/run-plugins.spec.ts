import type { Route, Service } from '@biplane/entities'
import { someFacilities } from '@biplane/plugins/fixtures'
import type { PluginDefinition, StreamContext, StreamHandler } from '@biplane/plugins/handlers'
import { type Change, NOWHERE } from '@biplane/protocol'
import { describe, expect, it } from 'vitest'
import { ConfigAuthor } from '../fixtures/config-author.ts'
import { compiler, noParts } from '../runtime/compile.ts'
import { runtimeOf } from '../runtime/runtime.ts'
import { configuredStreamPlugins } from './run-plugins.ts'
import type { StreamVisit } from './stream-visit.ts'

const author = new ConfigAuthor()
const service = author.put('services', { protocol: 'tcp', host: 'db.test', port: 5432 }) as Service
const route = author.put('routes', {
  protocols: ['tcp'],
  destinations: [{ port: 9000 }],
  service: { id: service.id },
}) as Route
const consumer = author.put('consumers', { username: 'ann' })

describe('the plugins of a stream', () => {
  it('run by priority, the most specific configuration of each, and none of a consumer', async () => {
    const ran: string[] = []
    const tells = (name: string) => (scope: { route: string | null; consumer: string | null }) => ({
      preread: () => void ran.push(`${name} ${scope.route === null ? 'anywhere' : 'route'}`),
      log: ({ record }: StreamContext) => void ran.push(`${name} logs ${record.status}`),
    })
    const { phases } = aVisit([
      { name: 'low', priority: 1, stream: tells('low') },
      { name: 'high', priority: 2, stream: tells('high'), scope: { route: { id: route.id } } },
      { name: 'high', priority: 2, stream: tells('high') },
      { name: 'mine', priority: 3, stream: tells('mine'), scope: { consumer: { id: consumer.id } } },
    ])
    expect(await phases.preread()).toBeUndefined()
    phases.log(aRecord)
    expect(ran).toEqual(['high route', 'low anywhere', 'high logs 200', 'low logs 200'])
  })

  it('see what is known of it', async () => {
    const { phases } = aVisit([
      {
        name: 'seer',
        stream: () => ({
          preread(context) {
            expect(context).toMatchObject({
              stream: { transport: 'tcp', isTls: true, serverName: 'db.test', port: 9000 },
              clientIp: '10.0.0.9',
              route: { id: route.id },
              service: { id: service.id },
            })
            return { status: 403, error: 'seen' }
          },
        }),
      },
    ])
    expect(await phases.preread()).toEqual({ status: 403, error: 'seen' })
  })

  it('are waited for, until one refuses it; those after it log it all the same', async () => {
    const ran: string[] = []
    const { phases } = aVisit([
      { name: 'c', priority: 3, stream: () => ({ preread: async () => undefined }) },
      { name: 'b', priority: 2, stream: () => ({ preread: async () => ({ status: 403, error: 'no' }) }) },
      {
        name: 'a',
        priority: 1,
        stream: () => ({ preread: () => void ran.push('preread'), log: () => void ran.push('log') }),
      },
    ])
    expect(await phases.preread()).toMatchObject({ status: 403 })
    phases.log(aRecord)
    expect(ran).toEqual(['log'])
  })

  it.each<[string, StreamHandler]>([
    ['throws', { preread: () => raise() }],
    ['rejects', { preread: () => Promise.reject(new Error('broken')) }],
    // TypeScript would not let anybody write it.
    ['returns nonsense', { preread: () => 'no' as unknown as undefined }],
  ])('end it where one %s, and the log tells of it', async (_what, handler) => {
    const { phases, lines } = aVisit([{ name: 'bad', stream: () => handler }])
    expect(await phases.preread()).toMatchObject({ status: 500 })
    expect(lines).toEqual(["the plugin 'bad' failed"])
  })

  it.each<[string, () => unknown]>([
    ['throws', () => raise()],
    ['rejects', () => Promise.reject(new Error('broken'))],
  ])('that come after one that %s in its log still log', async (_what, log) => {
    let logged = 0
    const { phases, lines } = aVisit([
      { name: 'bad', priority: 2, stream: () => ({ log: log as () => void }) },
      { name: 'good', priority: 1, stream: () => ({ log: () => void logged++ }) },
    ])
    phases.log(aRecord)
    await expect.poll(() => lines).toEqual(["the plugin 'bad' failed"])
    expect(logged).toBe(1)
  })

  it('are those of all streams where no route matched', () => {
    const ran: string[] = []
    const { phases } = aVisit(
      [
        { name: 'all', stream: () => ({ log: ({ route }) => void ran.push(String(route)) }) },
        {
          name: 'some',
          stream: () => ({ log: () => void ran.push('some') }),
          scope: { route: { id: route.id } },
        },
      ],
      { routed: false },
    )
    phases.log(aRecord)
    expect(ran).toEqual(['null'])
  })
})

interface Configured {
  readonly name: string
  readonly priority?: number
  readonly stream: (scope: { route: string | null; consumer: string | null }) => StreamHandler
  readonly scope?: object
}

function raise(): never {
  throw new Error('broken')
}

const aRecord = { status: 200 } as StreamVisit['record']

function aVisit(plugins: readonly Configured[], { routed = true } = {}) {
  const installed = new Map(
    plugins.map(({ name, priority = 1, stream }): [string, PluginDefinition] => [
      name,
      {
        name,
        priority,
        create: (_config, scope) => ({ stream: stream(scope ?? { route: null, consumer: null }) }),
      },
    ]),
  )
  const changes = plugins.map(({ name, scope = {} }): Change => {
    const row = author.put('plugins', { name: 'key-auth' })
    const entity = { ...row, ...scope, name, config: {}, protocols: ['tcp'] }
    return { op: 'upsert', kind: 'plugins', id: row.id, entity }
  })
  const compiled = compiler(installed)(noParts, changes)
  if (compiled.kind === 'refused') throw new Error(JSON.stringify(compiled.errors))
  const lines: string[] = []
  const line = (_fields: object, message: string): void => void lines.push(message)
  const log = { debug: line, info: line, warn: line, error: line }
  const node = { id: 'node', hostname: 'test' }
  const visit = {
    runtime: runtimeOf(NOWHERE, compiled.parts, null),
    route: routed ? { fields: route } : undefined,
    fields: routed ? route : null,
    service: routed ? { fields: service } : undefined,
    clientIp: '10.0.0.9',
    exchange: { stream: { transport: 'tcp', isTls: true, serverName: 'db.test', port: 9000 } },
    record: aRecord,
  }
  // What of a visit plugins ask for.
  const asked = visit as unknown as StreamVisit
  return { phases: configuredStreamPlugins({ node, facilities: someFacilities(), log })(asked), lines }
}
