import { on, once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { aRoute, entitiesOf, modelAt, modelOf, positionOf, stepAt } from './fixtures.ts'
import { openReader } from './reader.ts'
import type { Store } from './store.ts'
import { applyTo, describeStores, fill, openTestStore, storeDirectory } from './test-store.ts'

const AS_IT_SHOULD_BE = { current: true, whole: true, steady: true, found: true }

describeStores('readers in other threads', () => {
  it('see whole revisions, never older than the last one they were told of, while the store is written', async () => {
    const store = await openTestStore()
    const threads = [0, 1].map(() => new Worker(new URL('./reading-thread.ts', import.meta.url)))
    const answers = threads.map((thread) => on(thread, 'message'))
    for (let revision = 1; revision <= 120; revision++) {
      if (revision % 30 === 0) await fillAt(store, revision)
      else store.applyDelta(store.position, positionOf(modelAt(revision), revision), stepAt(revision))
      for (const thread of threads) thread.postMessage({ generation: store.generation, told: revision })
      if (revision % 5 > 0) continue
      for (let answer = 0; answer < 5; answer++) {
        for (const from of answers) expect((await from.next()).value).toEqual([AS_IT_SHOULD_BE])
      }
    }
    for (const thread of threads) thread.postMessage(null)
    await Promise.all(threads.map((thread) => once(thread, 'exit')))
  })
})

describeStores('a reader', () => {
  it('reads a sealed generation before that is active, and goes back if it never is', async () => {
    const store = await openTestStore()
    const reader = openReader()
    await fillAt(store, 4)
    const writer = store.beginSnapshot(positionOf(modelAt(5), 5))
    for (const change of entitiesOf(modelAt(5))) writer.write(change)
    const sealed = await writer.seal()
    const seen = [
      store.generation,
      sealed.kind === 'sealed' ? sealed.generation : store.generation,
      store.generation,
    ].map((generation) => {
      const view = reader.pin(generation)
      const { revision } = view.position
      view.release()
      return revision
    })
    await writer.discard()
    await reader.close()
    expect(seen).toEqual([4, 5, 4])
  })

  it('makes no generation where there is none', async () => {
    expect(() => openReader().pin({ directory: storeDirectory(), key: null })).toThrow('no generation')
  })

  it('pins as many revisions at once as the workers of a very large machine', async () => {
    const store = await openTestStore()
    const views = Array.from({ length: 250 }, (_, before) => {
      applyTo(store, modelOf(store), [aRoute('r1', [`/${before}`])])
      return store.pin()
    })
    expect(views.map(({ position }) => position.revision)).toEqual(views.map((_, before) => before + 1))
  })

  it('pins what was stored a moment ago', async () => {
    const store = await openTestStore()
    const reader = openReader()
    const seen = [1, 2, 3].map((revision) => {
      store.applyDelta(store.position, positionOf(modelAt(revision), revision), stepAt(revision))
      return reader.pin(store.generation).position.revision
    })
    await reader.close()
    expect(seen).toEqual([1, 2, 3])
  })
})

async function fillAt(store: Store, revision: number): Promise<void> {
  await fill(store, entitiesOf(modelAt(revision)), revision)
}
