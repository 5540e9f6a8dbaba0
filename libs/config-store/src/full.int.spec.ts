import { statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { aRoute, changed, EMPTY, modelOf, positionOf } from './fixtures.ts'
import { refusalOf } from './refusal.ts'
import { applyTo, describeStores, fill, openTestStore, storeDirectory } from './test-store.ts'

const LARGE = Array.from({ length: 500 }, (_, i) => aRoute(`large${i}`, [`/${'x'.repeat(1000)}`]))

describeStores('a store with a size limit', () => {
  it('refuses what does not fit, to be tried again, and stays usable', async () => {
    const store = await openTestStore({ mapSize: 200_000 })
    const model = await fill(store, [aRoute('r1')])
    expect(applyTo(store, model, LARGE)).toMatchObject({ kind: 'refused', reason: 'full', retryable: true })
    expect(modelOf(store)).toEqual(model)
    expect(applyTo(store, model, [aRoute('r2')])).toEqual({ kind: 'stored' })
  })

  it('refuses a snapshot that does not fit and keeps the config it has', async () => {
    const store = await openTestStore({ mapSize: 200_000 })
    const model = await fill(store, [aRoute('r1')])
    const writer = store.beginSnapshot(positionOf(changed(EMPTY, LARGE), 2))
    for (const change of LARGE) writer.write(change)
    expect(await writer.seal()).toMatchObject({ reason: 'full', retryable: true })
    expect(modelOf(store)).toEqual(model)
  })

  it('takes what did not fit when it is opened with a larger limit', async () => {
    const directory = storeDirectory()
    const store = await openTestStore({ directory, mapSize: 200_000 })
    const model = await fill(store, [aRoute('r1')])
    expect(applyTo(store, model, LARGE)).toMatchObject({ reason: 'full' })
    await store.close()
    const larger = await openTestStore({ directory, mapSize: 5_000_000 })
    expect(applyTo(larger, model, LARGE)).toEqual({ kind: 'stored' })
    expect(modelOf(larger)).toEqual(changed(model, LARGE))
  })

  it('gets room back when entities are deleted', async () => {
    const store = await openTestStore({ mapSize: 1_000_000 })
    let model = await fill(store, LARGE.slice(0, 200))
    for (let round = 0; round < 10; round++) {
      const gone = LARGE.slice(0, 200).map(({ kind, id }) => ({ kind, id, bytes: null }))
      expect(applyTo(store, model, gone)).toEqual({ kind: 'stored' })
      expect(applyTo(store, modelOf(store), LARGE.slice(0, 200))).toEqual({ kind: 'stored' })
      model = modelOf(store)
    }
  })
})

describeStores('the lock file', () => {
  it('has no holes, which LMDB would fill through its map, and die of on a full disk', async () => {
    const store = await openTestStore()
    await fill(store, [aRoute('r1')])
    const { size, blocks } = statSync(join(store.generation.directory, 'lock.mdb'))
    expect(blocks * 512).toBeGreaterThanOrEqual(size)
  })
})

describe('refusalOf', () => {
  it.each([
    ['EIO', 5],
    ['ENOSPC', 28],
    ['EDQUOT', 122],
    ['MDB_MAP_FULL', -30792],
    ['ENOSPC of Node', 'ENOSPC'],
  ])('takes %s for a lack of room', (_name, code) => {
    const error = Object.assign(new Error('no room'), { code })
    expect(refusalOf(error)).toMatchObject({ reason: 'full', retryable: true })
  })

  it('does not swallow other errors', () => {
    expect(() => refusalOf(new TypeError('a bug'))).toThrow('a bug')
  })
})
