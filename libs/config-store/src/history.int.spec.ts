import { cpSync } from 'node:fs'
import type { EncodedChange } from '@biplane/protocol'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  aConsumer,
  aCredential,
  aRoute,
  changed,
  EMPTY,
  entitiesOf,
  type Model,
  modelOf,
  positionOf,
  remove,
} from './fixtures.ts'
import type { Store } from './store.ts'
import { describeStores, openTestStore, storeDirectory } from './test-store.ts'

type Update = {
  readonly kind: 'delta' | 'snapshot' | 'abandoned'
  readonly changes: readonly EncodedChange[]
}
type Step = Update | { readonly kind: 'restart' | 'crash' }

const few = fc.integer({ min: 0, max: 5 })
const key = few.map((n) => `key${n}`)
const change: fc.Arbitrary<EncodedChange> = fc.oneof(
  fc.tuple(few, few).map(([n, path]) => aRoute(`r${n}`, [`/${path}`])),
  fc.tuple(few, key).map(([n, name]) => aConsumer(`c${n}`, name)),
  fc.tuple(few, key, few).map(([n, secret, consumer]) => aCredential(`k${n}`, secret, `c${consumer}`)),
  fc.tuple(fc.constantFrom('routes:r', 'consumers:c', 'keyauth_credentials:k'), few).map(([name, n]) => {
    const [kind = '', letter = ''] = name.split(':')
    return remove(kind, `${letter}${n}`)
  }),
)
const changes = fc.array(change, { maxLength: 8 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('delta' as const), changes }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('snapshot' as const, 'abandoned' as const),
      changes,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('restart' as const, 'crash' as const) }) },
)

describeStores('a store', () => {
  it('holds what its history says, whatever that is', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        let directory = storeDirectory()
        let store = await openTestStore({ directory })
        let model = EMPTY
        for (const next of steps) {
          if (next.kind === 'restart') await store.close()
          if (next.kind === 'crash') directory = crashed(directory)
          if ('changes' in next) model = await take(store, model, next)
          else store = await openTestStore({ directory })
          expectModel(store, model)
        }
        await store.close()
      }),
      { numRuns: 25 },
    )
  })
})

/** The store after a crash: what is in its files, while the process has them open. */
function crashed(directory: string): string {
  const copy = storeDirectory()
  cpSync(directory, copy, { recursive: true })
  return copy
}

/** Offers an update; it must be taken exactly when its end state has no unique value twice. */
async function take(store: Store, model: Model, { kind, changes }: Update): Promise<Model> {
  const next = changed(kind === 'delta' ? model : EMPTY, changes)
  const from = store.position
  const to = positionOf(next, from.revision + 1)
  const outcome =
    kind === 'delta' ? store.applyDelta(from, to, changes) : await replaceAll(store, next, to, kind)
  expect(outcome.kind === 'refused').toBe(hasConflict(next))
  return outcome.kind === 'stored' ? next : model
}

async function replaceAll(store: Store, next: Model, to: ReturnType<typeof positionOf>, kind: string) {
  const writer = store.beginSnapshot(to)
  for (const entity of entitiesOf(next)) writer.write(entity)
  const sealed = await writer.seal()
  if (sealed.kind === 'sealed' && kind === 'snapshot') return writer.activate()
  await writer.discard()
  return sealed
}

function expectModel(store: Store, model: Model): void {
  expect(modelOf(store)).toEqual(new Map(model))
  expect(store.position.hash).toBe(positionOf(model, 0).hash)
  for (let n = 0; n <= 5; n++) {
    expect(store.lookup('consumers', 'username', `key${n}`)).toBe(
      owners(model, 'consumers', 'username', `key${n}`)[0],
    )
    expect(store.lookup('keyauth_credentials', 'key', `key${n}`)).toBe(
      owners(model, 'keyauth_credentials', 'key', `key${n}`)[0],
    )
    const listed = [...store.list('keyauth_credentials', 'consumer.id', `c${n}`)]
    expect(listed).toEqual(owners(model, 'keyauth_credentials', 'consumer', { id: `c${n}` }).sort())
  }
}

function hasConflict(model: Model): boolean {
  return [0, 1, 2, 3, 4, 5].some(
    (n) =>
      owners(model, 'consumers', 'username', `key${n}`).length > 1 ||
      owners(model, 'keyauth_credentials', 'key', `key${n}`).length > 1,
  )
}

/** Ids of the entities of a kind whose field has this value: the lookup, told naively. */
function owners(model: Model, kind: string, field: string, value: unknown): string[] {
  return entitiesOf(model)
    .filter((entity) => entity.kind === kind)
    .filter(
      ({ bytes }) =>
        JSON.stringify(JSON.parse(Buffer.from(bytes).toString())[field]) === JSON.stringify(value),
    )
    .map(({ id }) => id)
}
