import {
  decodeEntity,
  type EncodedChange,
  NOWHERE,
  net,
  type Position,
  samePosition,
  type Violation,
} from '@biplane/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  aDelete,
  afterChanges,
  anUpsert,
  changesOf,
  hashOf,
  log,
  MemoryCopy,
  type Stored,
} from './fixtures.ts'
import { NodeSource } from './node-source.ts'
import { entityKey } from './reduce.ts'
import { Slots } from './slots.ts'
import { Views } from './views.ts'

const never = new AbortController().signal
const whole = { before: null, lacks: [], missingFilters: [], unknownKinds: [] }

/** More than any revision takes here. */
const MOST_TURNS = 100

/** Thrown where a source would wait for the next revision. */
class Idle extends Error {}

/** A copy of the config with a view of it, and one node that does not take what is `bad`. */
class Line {
  readonly copy = new MemoryCopy()
  readonly views: Views
  readonly source: NodeSource
  readonly offers: string[] = []
  content: ReadonlyMap<string, Stored> = new Map()
  /** The entities that the node has room for. */
  room = Number.POSITIVE_INFINITY
  #known: Position = NOWHERE
  #seen: Position | null = null

  constructor(windowBytes = 100_000) {
    const { copy } = this
    copy.set(afterChanges(new Map(), [anUpsert('parameters', { id: 'cluster_id' })]), 1)
    this.views = new Views({
      ...{
        copy,
        windowBytes,
        slots: new Slots(4, 60_000),
        lingerMs: 0,
        refuseInsecure: false,
        log,
        signal: never,
      },
    })
    const { view } = this.views.use(whole)
    this.source = new NodeSource({
      get position() {
        return view.position
      },
      async next(known, seen, signal) {
        if (samePosition(copy.position, seen ?? known)) throw new Idle()
        return view.next(known, seen, signal)
      },
    })
  }

  /** One revision, which also deletes whatever refers to what is not there: a config never holds such. */
  write(given: readonly EncodedChange[]): void {
    const changes = [...given]
    for (let dangling: Stored | undefined; ; changes.push(aDelete(dangling.kind, dangling.id))) {
      const after = afterChanges(this.copy.entitiesByKey, changes)
      dangling = [...after.values()].find((stored) => linksOf(stored).some((key) => !after.has(key)))
      if (dangling === undefined) break
    }
    const replacements = this.views.stage(net(changes))
    const to = this.copy.set(afterChanges(this.copy.entitiesByKey, changes), this.copy.position.revision + 1)
    this.views.advance(to, replacements)
  }

  /** Lets the node answer all that it is offered, as `feedFollower` does. */
  async settle(): Promise<void> {
    try {
      for (let turns = 0; turns < MOST_TURNS; turns++) await this.#turn()
      throw new Error(`a node is offered one update after another: ${this.offers.slice(-6)}`)
    } catch (error) {
      if (!(error instanceof Idle)) throw error
    }
  }

  async #turn(): Promise<void> {
    const update = await this.source.next(this.#known, this.#seen, never)
    if (update.kind === 'withheld') throw new Error('nothing is withheld here')
    this.#seen = update.to
    if (update.kind === 'delta') expect(update.from).toEqual(this.#known)
    const next = afterChanges(update.kind === 'snapshot' ? new Map() : this.content, await changesOf(update))
    expect(update.to.hash).toBe(hashOf(next.values()))
    const fault = [...next.values()].find(isBad)
    const fits = next.size <= this.room
    this.offers.push(`${update.kind} ${update.to.revision} ${fits ? (fault?.id ?? 'applied') : 'too large'}`)
    if (!fits) {
      const { revision } = update.to
      this.source.answered({ kind: 'rejected', revision, retryable: true, errors: [] })
      this.#seen = null
      throw new Idle('it is offered something again after a while')
    }
    if (fault !== undefined) {
      const errors = [violation(fault)]
      this.source.answered({ kind: 'rejected', revision: update.to.revision, retryable: false, errors })
      return
    }
    this.source.answered({ kind: 'applied', position: update.to, tookMs: 1 })
    this.content = next
    this.#known = update.to
  }
}

const violation = ({ kind, id }: Stored): Violation => ({ kind, id, field: 'f', message: 'bad' })
const isBad = ({ bytes }: Stored) => decodeEntity(bytes).bad === true
const CULPRITS = [
  ...['consumers', 'certificates', 'targets', 'target_health', 'snis'],
  ...['keyauth_credentials', 'oauth2_credentials'],
]

/** What the node is to have, computed the slow way; null where it must stay as it is. */
function remainder(full: ReadonlyMap<string, Stored>): ReadonlyMap<string, Stored> | null {
  const all = [...full.values()]
  const left = new Set(all.filter(isBad))
  for (let before = -1; before < left.size; ) {
    before = left.size
    const keys = new Set([...left].map(entityKey))
    for (const stored of all) {
      if (linksOf(stored).some((key) => keys.has(key))) left.add(stored)
    }
  }
  const stays = [...left].some(
    ({ kind, bytes }) => kind === 'services' || (decodeEntity(bytes).bad && !CULPRITS.includes(kind)),
  )
  return stays ? null : new Map([...full].filter(([, stored]) => !left.has(stored)))
}

function linksOf({ bytes }: Stored): string[] {
  return Object.entries(decodeEntity(bytes)).flatMap(([field, value]) => {
    const kind = TO[field]
    return kind === undefined || value === null ? [] : [entityKey({ kind, id: Object(value).id })]
  })
}

const TO: Readonly<Record<string, string>> = {
  ...{
    consumer: 'consumers',
    certificate: 'certificates',
    client_certificate: 'certificates',
    credential: 'oauth2_credentials',
    target: 'targets',
  },
}

const link = (...ids: string[]) => fc.constantFrom(...ids).map((id) => (id === '' ? null : { id }))
const bad = fc.oneof(
  { weight: 4, arbitrary: fc.constant(false) },
  { weight: 1, arbitrary: fc.constant(true) },
)
const entity = (kind: string, ids: string[], fields: Record<string, fc.Arbitrary<unknown>> = {}) =>
  fc
    .record({ id: fc.constantFrom(...ids), bad, tag: fc.nat(3), ...fields })
    .map((made) => anUpsert(kind, JSON.parse(JSON.stringify(made))))

const change = fc.oneof(
  entity('consumers', ['c1', 'c2']),
  entity('certificates', ['x1', 'x2']),
  entity('targets', ['t1', 't2']),
  entity('target_health', ['h1'], { target: link('t1', 't2') }),
  entity('snis', ['n1', 'n2'], { certificate: link('x1', 'x2') }),
  entity('keyauth_credentials', ['k1', 'k2'], { consumer: link('c1', 'c2') }),
  entity('oauth2_credentials', ['o1'], { consumer: link('c1', 'c2') }),
  entity('oauth2_tokens', ['q1'], { credential: link('o1'), bad: fc.constant(false) }),
  entity('plugins', ['p1'], { consumer: link('c1', ''), bad: fc.constant(false) }),
  entity('services', ['s1'], { client_certificate: link('x1', '', '', '') }),
  fc.constantFrom(
    ...(
      [
        ['consumers', 'c1'],
        ['certificates', 'x1'],
        ['targets', 't1'],
        ['target_health', 'h1'],
        ['snis', 'n1'],
        ['services', 's1'],
      ] as const
    ).map(([kind, id]) => aDelete(kind, id)),
    aDelete('oauth2_credentials', 'o1'),
    aDelete('plugins', 'p1'),
  ),
)

describe('what a node is given that rejects entities', () => {
  it('is the view without them and what refers to them, and without nothing that has to stay', async () => {
    const histories = fc.array(fc.array(change, { minLength: 1, maxLength: 5 }), {
      minLength: 1,
      maxLength: 8,
    })
    await fc.assert(
      fc.asyncProperty(histories, fc.constantFrom(100_000, 700), async (history, windowBytes) => {
        const line = new Line(windowBytes)
        await line.settle()
        for (const changes of history) {
          const before = line.content
          line.write(changes)
          await line.settle()
          const expected = remainder(line.copy.entitiesByKey)
          const bytes = (config: ReadonlyMap<string, Stored>) => hashOf(config.values())
          expect(bytes(line.content)).toBe(bytes(expected ?? before))
          if (expected === null) continue
          // What goes with another one is never seen by the node, so it may be worse than that tells.
          const culprits = new Set([...line.copy.entitiesByKey.values()].filter(isBad).map(entityKey))
          const named = line.source.quarantined.map(entityKey)
          expect(named.filter((key) => !culprits.has(key))).toEqual([])
          expect(named.length > 0).toBe(culprits.size > 0)
        }
      }),
      { numRuns: 150 },
    )
  }, 60_000)

  const target = (id: string, fields = {}) => anUpsert('targets', { id, ...fields })
  const sni = (id: string, fields = {}) => anUpsert('snis', { id, ...fields })

  it('comes by deltas while nothing refers to what is left out, and has it again once it was mended', async () => {
    const line = new Line()
    await line.settle()
    line.write([sni('n1', { bad: true }), sni('n2')])
    await line.settle()
    expect(line.source.quarantined).toEqual([{ kind: 'snis', id: 'n1', field: 'f', message: 'bad' }])
    line.write([sni('n3')])
    await line.settle()
    line.write([sni('n1')])
    await line.settle()
    expect(line.offers.slice(1)).toEqual([
      'delta 2 n1',
      'delta 2 applied',
      'delta 3 applied',
      'delta 4 applied',
    ])
    expect(line.source.quarantined).toEqual([])
    expect(hashOf(line.content.values())).toBe(line.copy.position.hash)
  })

  it('leaves out what is still wrong once another one is mended, to which something refers that has to stay', async () => {
    const certificate = (id: string, bad: boolean) => anUpsert('certificates', { id, bad })
    const line = new Line()
    await line.settle()
    line.write([certificate('x1', true), certificate('x2', true)])
    await line.settle()
    line.write([anUpsert('services', { id: 's1', client_certificate: { id: 'x1' } })])
    await line.settle()
    line.write([certificate('x1', false)])
    await line.settle()
    expect(line.source.quarantined.map(({ id }) => id)).toEqual(['x2'])
    expect([...line.content.keys()].map((key) => key.split('\0')[1]).toSorted()).toEqual([
      'cluster_id',
      's1',
      'x1',
    ])
  })

  it('keeps no other from a snapshot, however many revisions it rejects', async () => {
    const line = new Line()
    await line.settle()
    line.write([anUpsert('certificates', { id: 'x1', bad: true })])
    await line.settle()
    line.write([anUpsert('services', { id: 's1', client_certificate: { id: 'x1' } })])
    for (let id = 0; id < 10; id++) {
      line.write([target(`t${id}`)])
      await line.settle()
    }
    expect(line.content.size).toBe(1)
  })

  it('is nothing of a revision of which it rejects too much', async () => {
    const line = new Line()
    await line.settle()
    line.write(Array.from({ length: 30 }, (_, n) => target(`t${n}`, { bad: true })))
    await line.settle()
    expect(line.offers).toHaveLength(12)
    expect(line.content.size).toBe(1)
  })

  it('is not again the snapshot that it had no room for, once the config has become smaller', async () => {
    const line = new Line()
    await line.settle()
    line.room = 5
    const many = Array.from({ length: 9 }, (_, n) => target(`t${n}`, { bytes: 'x'.repeat(20_000) }))
    line.write(many)
    await line.settle()
    await line.settle()
    line.write([...many.map(({ kind, id }) => aDelete(kind, id)), target('small')])
    await line.settle()
    expect(line.offers.slice(1)).toEqual([
      'snapshot 2 too large',
      'snapshot 2 too large',
      'snapshot 3 applied',
    ])
    expect(hashOf(line.content.values())).toBe(line.copy.position.hash)
  })
})
