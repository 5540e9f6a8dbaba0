import { type Capability, compileDowngrade, effectOf, type Rule } from '@biplane/compat'
import { decodeChange, type EncodedChange, encodeChange, net, samePosition } from '@biplane/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfiguredPlugins } from './configured-plugins.ts'
import {
  aDelete,
  afterChanges,
  anUpsert,
  hashOf,
  log,
  MemoryCopy,
  MemoryNode,
  type Stored,
} from './fixtures.ts'
import { entityKey } from './reduce.ts'
import { Slots } from './slots.ts'
import type { View } from './view.ts'
import { Views } from './views.ts'

const rules: readonly Rule[] = [
  { since: '3.4.0', on: 'services', added: 'field', field: 'strip_me', older: 'strip' },
  { since: '3.4.0', on: 'routes', added: 'field', field: 'drop_me', older: 'drop' },
  { since: '3.4.0', on: 'routes', added: 'field', field: 'refuse_me', older: 'refuse' },
  { since: '3.4.0', on: 'novelties', added: 'kind', older: 'omit' },
]
const whole: Capability = { before: null, lacks: [], missingFilters: [], unknownKinds: [] }
const older: Capability = { before: '3.4.0', lacks: [], missingFilters: [], unknownKinds: [] }
const unknowing: Capability = { ...whole, unknownKinds: ['novelties'] }
const lacking: Capability = {
  before: '3.4.0',
  lacks: [{ plugin: 'p', withheld: { kind: 'plugin_set_incompatible', message: 'p is missing' } }],
  missingFilters: [],
  unknownKinds: [],
}

const downgradeFor = ({ before, unknownKinds }: Capability) =>
  compileDowngrade(rules, before, { refuseInsecure: false, unknownKinds })

/** The rules applied to everything: what a view must amount to, computed the slow way. */
function reduced(
  capability: Capability,
  full: ReadonlyMap<string, Stored>,
): Map<string, Stored> | 'withheld' {
  const downgrade = downgradeFor(capability)
  const plugins = [...full.values()].filter(({ kind }) => kind === 'plugins').length
  if (plugins > 0 && capability.lacks.length > 0) return 'withheld'
  const changes: EncodedChange[] = []
  for (const stored of full.values()) {
    const result = downgrade.apply(decodeChange(stored))
    if (result.kind === 'refused') return 'withheld'
    if (result.kind === 'sent') changes.push(encodeChange(result.change))
  }
  return afterChanges(new Map(), changes)
}

/** What is to be told of the reduction, computed the slow way too. */
function lost(capability: Capability, full: ReadonlyMap<string, Stored>): string[] {
  const downgrade = downgradeFor(capability)
  const counts = new Map<string, number>()
  for (const stored of full.values()) {
    const result = downgrade.apply(decodeChange(stored))
    for (const rule of result.kind === 'refused' ? [] : result.reductions) {
      const name = `${rule.on} ${effectOf(rule)}`
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  }
  return [...counts].map(([name, count]) => `${name} ${count}`).toSorted()
}

const id = fc.constantFrom('1', '2', '3')
const flag = fc.constantFrom(null, 1, 2)
const change: fc.Arbitrary<EncodedChange> = fc.oneof(
  fc.tuple(id, flag, flag).map(([i, name, strip_me]) => anUpsert('services', { id: i, name, strip_me })),
  fc
    .tuple(id, flag, flag)
    .map(([i, name, drop_me]) => anUpsert('routes', { id: i, name, drop_me, refuse_me: null })),
  id.map((i) => anUpsert('routes', { id: i, refuse_me: 1 })),
  id.map((i) => anUpsert('plugins', { id: i, name: 'p' })),
  fc.tuple(id, flag).map(([i, name]) => anUpsert('novelties', { id: i, name })),
  fc
    .tuple(fc.constantFrom('services', 'routes', 'plugins', 'novelties'), id)
    .map(([kind, i]) => aDelete(kind, i)),
)
type Step =
  | { readonly do: 'advance'; readonly changes: readonly EncodedChange[] }
  | { readonly do: 'replace'; readonly changes: readonly EncodedChange[]; readonly back: number }
  | { readonly do: 'pull'; readonly node: number; readonly meanwhile: readonly EncodedChange[] }
const batch = fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => net(changes))
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: batch.map((changes) => ({ do: 'advance' as const, changes })) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('replace' as const),
      changes: batch,
      back: fc.integer({ min: 0, max: 3 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('pull' as const),
      node: fc.integer({ min: 0, max: 7 }),
      meanwhile: fc.oneof(fc.constant([]), batch),
    }),
  },
)

const always = anUpsert('parameters', { id: 'cluster_id', value: 'x' })

/** Four capabilities, two nodes each, over one config in memory. */
class World {
  readonly copy = new MemoryCopy()
  readonly views: Views
  readonly nodes: {
    node: MemoryNode
    seen: MemoryNode['position'] | null
    view: View
    capability: Capability
  }[]
  /** Every config there was, by epoch, revision and hash. */
  readonly past = new Map<string, ReadonlyMap<string, Stored>>()

  constructor() {
    this.copy.set(afterChanges(new Map(), [always]), 1)
    this.#remember()
    const signal = new AbortController().signal
    const slots = new Slots(1, 60_000)
    this.views = new Views({
      copy: this.copy,
      slots,
      windowBytes: 400,
      lingerMs: 1,
      refuseInsecure: false,
      log,
      rules,
      signal,
    })
    this.nodes = [whole, whole, older, older, unknowing, unknowing, lacking, lacking].map((capability) => ({
      node: new MemoryNode(),
      seen: null,
      view: this.views.use(capability).view,
      capability,
    }))
  }

  advance(changes: readonly EncodedChange[]): void {
    const replacements = this.views.stage(changes)
    const to = this.copy.set(afterChanges(this.copy.entitiesByKey, changes), this.copy.position.revision + 2)
    this.views.advance(to, replacements)
    this.#remember()
  }

  async replace(changes: readonly EncodedChange[], back: number): Promise<void> {
    const entities = afterChanges(new Map(), [always, ...changes])
    this.copy.set(entities, Math.max(1, this.copy.position.revision - back))
    this.#remember()
    await this.views.replace(ConfiguredPlugins.of(entities.values()))
  }

  async pull(index: number, meanwhile: readonly EncodedChange[]): Promise<void> {
    const follower = this.nodes[index]
    if (follower === undefined) return
    const { node, view } = follower
    const session = new AbortController()
    const pending = view.next(node.position, follower.seen, session.signal)
    if (meanwhile.length > 0) this.advance(meanwhile)
    const aborted = pending.catch(() => null)
    if (await this.#waits(follower)) session.abort()
    const update = await aborted
    if (update === null) return expect(session.signal.aborted).toBe(true)
    follower.seen = update.to
    const full = [...this.past].filter(([key]) => key.startsWith(`${update.to.epoch} ${update.to.revision} `))
    const expected = full.map(([, entities]) => reduced(follower.capability, entities))
    if (update.kind === 'withheld') return expect(expected).toContain('withheld')
    if (update.kind === 'delta') expect(update.from).toEqual(node.position)
    await node.apply(update)
    expect(hashOf(node.entities.values())).toBe(update.to.hash)
    if (follower.capability !== whole) expect(node.heardOf).not.toContain('novelties')
    expect(expected.map(texts)).toContainEqual(texts(node.entities))
  }

  /** Whether there is nothing to be offered to the follower. */
  async #waits({ node, view, seen }: World['nodes'][number]): Promise<boolean> {
    const known = view.withheld === null ? await view.read() : null
    const withheld = view.withheld !== null
    const at = withheld || known === null ? this.copy.position : known
    const offered = seen ?? (withheld ? null : node.position)
    return offered !== null && samePosition(at, offered)
  }

  async settle(): Promise<void> {
    for (const [index, { node, view, capability }] of this.nodes.entries()) {
      await this.pull(index, [])
      await this.pull(index, [])
      const expected = reduced(capability, this.copy.entitiesByKey)
      if (expected === 'withheld') expect(view.withheld).not.toBeNull()
      else expect(texts(node.entities)).toEqual(texts(expected))
      const told = view.reductions.map(({ on, effect, entities }) => `${on} ${effect} ${entities}`)
      expect(told.toSorted()).toEqual(
        expected === 'withheld' ? [] : lost(capability, this.copy.entitiesByKey),
      )
    }
  }

  #remember(): void {
    const { epoch, revision, hash } = this.copy.position
    this.past.set(`${epoch} ${revision} ${hash}`, this.copy.entitiesByKey)
  }
}

function texts(config: ReadonlyMap<string, Stored> | 'withheld'): string[] | 'withheld' {
  if (config === 'withheld') return config
  return [...config.values()].map((stored) => `${entityKey(stored)} ${Buffer.from(stored.bytes)}`).toSorted()
}

describe('views', () => {
  it('give every node the downgraded config of a revision, whatever happens in between, and in the end the newest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const world = new World()
        for (const each of steps) {
          if (each.do === 'advance') world.advance(each.changes)
          else if (each.do === 'replace') await world.replace(each.changes, each.back)
          else await world.pull(each.node, each.meanwhile)
        }
        await world.settle()
      }),
      { numRuns: 200, timeout: 5000 },
    )
  }, 60_000)
})
