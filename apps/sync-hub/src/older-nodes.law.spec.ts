import { capabilityOf } from '@biplane/compat'
import type { JsonObject } from '@biplane/entities'
import { type EncodedChange, net } from '@biplane/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { aDelete, afterChanges, anUpsert, hashOf, MemoryCopy, MemoryNode, type Stored } from './fixtures.ts'
import { Slots } from './slots.ts'
import type { View } from './view.ts'
import { Views } from './views.ts'

// The rules of the product, over configs that say what they speak of.

const flag = fc.constantFrom(null, false, true)
const number = fc.constantFrom(null, 1, 7)
const queue = fc.record({ max_batch_size: number, max_coalescing_delay: number })
const config = fc.record(
  {
    queue,
    sync_rate: number,
    error_code: number,
    retry_count: number,
    batch_span_count: number,
    cookie_same_site: fc.constantFrom('Default', 'Strict'),
    remember: flag,
    absolute_timeout: number,
    account_key: fc.constantFrom(null, { key_id: 'k' }),
    storage_config: fc.record({ redis: fc.record({ ssl: flag, namespace: fc.constantFrom('', 'n') }) }),
  },
  { requiredKeys: [] },
)
const plugin = fc.record({
  name: fc.constantFrom('acme', 'datadog', 'opentelemetry', 'rate-limiting', 'session', 'statsd', 'zipkin'),
  config,
  instance_name: fc.constantFrom(null, 'mine'),
  consumer_group: fc.constantFrom(...Array<null>(15).fill(null), { id: 'g' }),
  updated_at: number,
})
const service = fc.record({ protocol: fc.constantFrom('tls', 'https'), tls_verify: flag, updated_at: number })
const upstream = fc.record({ algorithm: fc.constantFrom('latency', 'round-robin'), use_srv_name: flag })
const vault = fc.record({ name: fc.constantFrom('env', 'aws'), config: fc.constant({ prefix: 'a-b' }) })
const kinds: Readonly<Record<string, fc.Arbitrary<JsonObject>>> = {
  plugins: plugin,
  services: service,
  upstreams: upstream,
  vaults: vault,
  consumers: fc.record({ updated_at: number }),
  consumer_groups: fc.record({ name: fc.constantFrom('a', 'b') }),
  target_health: fc.record({ health: fc.constantFrom('healthy', 'unhealthy') }),
}
const id = fc.constantFrom('1', '2', '3')
const change: fc.Arbitrary<EncodedChange> = fc.oneof(
  ...Object.entries(kinds).map(([kind, fields]) =>
    fc.tuple(id, fields).map(([i, entity]) => anUpsert(kind, { ...entity, id: i })),
  ),
  fc.tuple(fc.constantFrom(...Object.keys(kinds)), id).map(([kind, i]) => aDelete(kind, i)),
)
const history = fc.array(
  fc.array(change, { minLength: 1, maxLength: 5 }).map((changes) => net(changes)),
  { minLength: 1, maxLength: 12 },
)
const version = fc
  .tuple(fc.integer({ min: 0, max: 4 }), fc.constantFrom('0', '1', '999', '2-rc.1'))
  .map(([minor, patch]) => `3.${minor}.${patch}`)

/** What a node says that it knows. */
const saying = fc.constantFrom([], ['services'], ['services', 'target_health'])

it('a node of any release holds the same by deltas as another one by a snapshot, under the same hash', async () => {
  await fc.assert(
    fc.asyncProperty(version, saying, history, async (dp, kinds, revisions) => {
      const copy = new MemoryCopy()
      copy.set(afterChanges(new Map(), [anUpsert('parameters', { id: 'cluster_id', value: 'x' })]), 1)
      const views = viewsOf(copy)
      const capability = capabilityOf({ version: '3.4.0', plugins: [] }, { version: dp, plugins: [], kinds })
      const { view } = views.use(capability)
      const steady = new MemoryNode()
      await follow(steady)
      for (const changes of revisions) {
        const replacements = views.stage(changes)
        const { revision } = copy.position
        views.advance(copy.set(afterChanges(copy.entitiesByKey, changes), revision + 1), replacements)
        if (view.withheld === null) await follow(steady)
      }
      if (view.withheld !== null) return
      const late = new MemoryNode()
      const fresh = viewsOf(copy).use(capability).view
      const snapshot = await fresh.next(late.position, null, AbortSignal.timeout(60_000))
      if (snapshot.kind === 'withheld') throw new Error(snapshot.reason.message)
      await late.apply(snapshot)
      expect(texts(steady.entities)).toEqual(texts(late.entities))
      expect(steady.position).toEqual(late.position)
      expect(steady.position.hash).toBe(hashOf(late.entities.values()))
      const told = (each: View) =>
        each.reductions.map(({ on, effect, entities }) => [on, effect, entities]).toSorted()
      expect(told(view)).toEqual(told(fresh))

      async function follow(node: MemoryNode): Promise<void> {
        const known = await view.read()
        if (known.hash === node.position.hash && known.revision === node.position.revision) return
        const update = await view.next(node.position, null, AbortSignal.timeout(60_000))
        if (update.kind === 'withheld') throw new Error(update.reason.message)
        await node.apply(update)
      }
    }),
    { numRuns: 300 },
  )
}, 120_000)

function viewsOf(copy: MemoryCopy): Views {
  return new Views({
    copy,
    slots: new Slots(1, 60_000),
    windowBytes: 1 << 20,
    lingerMs: 1,
    refuseInsecure: false,
    log: { warn: () => undefined },
    signal: new AbortController().signal,
  })
}

function texts(config: ReadonlyMap<string, Stored>): string[] {
  return [...config.values()].map(({ kind, id, bytes }) => `${kind} ${id} ${Buffer.from(bytes)}`).toSorted()
}
