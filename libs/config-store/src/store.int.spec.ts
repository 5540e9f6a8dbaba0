import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { NOWHERE } from '@biplane/protocol'
import { expect, it } from 'vitest'
import {
  aConsumer,
  aCredential,
  aRoute,
  changed,
  EMPTY,
  modelOf,
  positionOf,
  remove,
  upsert,
} from './fixtures.ts'
import { applyTo, describeStores, fill, openTestStore, storeDirectory } from './test-store.ts'

describeStores('a new store', () => {
  it('is nowhere and holds nothing', async () => {
    const store = await openTestStore()
    expect(store.position).toEqual(NOWHERE)
    expect(modelOf(store)).toEqual(EMPTY)
  })

  it('is readable by its owner only', async () => {
    const directory = storeDirectory()
    await fill(await openTestStore({ directory }), [aRoute('r1')])
    const paths = [
      directory,
      ...readdirSync(directory, { recursive: true }).map((name) => join(directory, String(name))),
    ]
    const modes = paths
      .map((path) => statSync(path))
      .map((stat) => (stat.mode & 0o777) === (stat.isDirectory() ? 0o700 : 0o600))
    expect(modes).toEqual(paths.map(() => true))
    expect(paths.length).toBeGreaterThan(4)
  })
})

describeStores('a delta', () => {
  it('is there after closing and opening', async () => {
    const directory = storeDirectory()
    const store = await openTestStore({ directory })
    const changes = [aConsumer('c1'), aCredential('k1', 'secret'), aRoute('r1')]
    expect(applyTo(store, EMPTY, changes)).toEqual({ kind: 'stored' })
    await store.close()
    const again = await openTestStore({ directory })
    expect(modelOf(again)).toEqual(changed(EMPTY, changes))
    expect(again.position).toEqual(positionOf(modelOf(again), 1, 'epoch'))
    expect(again.lookup('keyauth_credentials', 'key', 'secret')).toBe('k1')
  })

  it('keeps lookups in step with what it changes', async () => {
    const store = await openTestStore()
    const model = await fill(store, [
      aCredential('k1', 'old'),
      aCredential('k2', 'two'),
      aCredential('k3', 'three', 'c2'),
    ])
    applyTo(store, model, [aCredential('k1', 'new', 'c2'), remove('keyauth_credentials', 'k2')])
    const found = ['old', 'new', 'two', 'three'].map((key) => store.lookup('keyauth_credentials', 'key', key))
    expect(found).toEqual([undefined, 'k1', undefined, 'k3'])
    expect([...store.list('keyauth_credentials', 'consumer.id', 'c1')]).toEqual([])
    expect([...store.list('keyauth_credentials', 'consumer.id', 'c2')]).toEqual(['k1', 'k3'])
  })

  it.each([
    ['in one order', 0],
    ['in the other', 1],
  ])('moves a unique value from one entity to another %s', async (_order, first) => {
    const store = await openTestStore()
    const model = await fill(store, [aCredential('k1', 'a'), aCredential('k2', 'b')])
    const swap = [aCredential('k1', 'b'), aCredential('k2', 'a')]
    expect(applyTo(store, model, first === 0 ? swap : swap.reverse())).toEqual({ kind: 'stored' })
    expect(['a', 'b'].map((key) => store.lookup('keyauth_credentials', 'key', key))).toEqual(['k2', 'k1'])
  })

  it('with two entities of one unique value is refused by name, and nothing of it is kept', async () => {
    const store = await openTestStore()
    const model = await fill(store, [aCredential('k1', 'a')])
    const outcome = applyTo(store, model, [aRoute('r1'), aCredential('k2', 'a')])
    expect(outcome).toMatchObject({
      reason: 'content',
      retryable: false,
      errors: [
        { kind: 'keyauth_credentials', id: 'k2', field: 'key', message: expect.stringContaining('k1') },
      ],
    })
    expect(modelOf(store)).toEqual(model)
  })

  it('that holds what is no entity is refused by name', async () => {
    const store = await openTestStore()
    const bad = { kind: 'consumers', id: 'c1', bytes: Buffer.from('{]') }
    expect(applyTo(store, EMPTY, [bad])).toMatchObject({
      reason: 'content',
      errors: [{ kind: 'consumers', id: 'c1' }],
    })
  })

  it.each([
    ['', 'a'],
    ['routes', 'x\0y'],
    ['routes', 'x'.repeat(3000)],
  ])('with an impossible name is refused: %j %#', async (kind, id) => {
    const store = await openTestStore()
    expect(applyTo(store, EMPTY, [{ kind, id, bytes: Buffer.from('{}') }])).toMatchObject({
      reason: 'content',
    })
  })

  it('from elsewhere is refused', async () => {
    const store = await openTestStore()
    const model = await fill(store, [aRoute('r1')])
    const { epoch, revision, hash } = store.position
    const to = positionOf(changed(model, [aRoute('r2')]), 2)
    for (const from of [
      { epoch: 'other', revision, hash },
      { epoch, revision: 7, hash },
      { epoch, revision, hash: to.hash },
    ]) {
      expect(store.applyDelta(from, to, [aRoute('r2')])).toMatchObject({
        reason: 'wrong-base',
        retryable: false,
      })
    }
    expect(modelOf(store)).toEqual(model)
  })

  it('whose content has another hash is refused, and nothing of it is kept', async () => {
    const store = await openTestStore()
    const model = await fill(store, [aRoute('r1')])
    const to = positionOf(changed(model, [aRoute('r2')]), 2)
    expect(store.applyDelta(store.position, to, [aRoute('r3')])).toMatchObject({ reason: 'wrong-hash' })
    expect(modelOf(store)).toEqual(model)
  })
})

describeStores('a snapshot', () => {
  it('is not active until it is activated, and readable before', async () => {
    const store = await openTestStore()
    const model = await fill(store, [aRoute('r1')])
    const next = changed(EMPTY, [aRoute('r2')])
    const writer = store.beginSnapshot(positionOf(next, 2))
    writer.write(aRoute('r2'))
    const sealed = await writer.seal()
    expect(sealed).toMatchObject({ kind: 'sealed', position: positionOf(next, 2) })
    expect(modelOf(store)).toEqual(model)
    expect(await writer.activate()).toEqual({ kind: 'stored' })
    expect(modelOf(store)).toEqual(next)
    expect(sealed).toMatchObject({ generation: store.generation })
  })

  it.each([
    ['has another hash', [aRoute('r2')], 'wrong-hash'],
    ['holds an entity twice', [aRoute('r1'), aRoute('r1')], 'content'],
    ['holds a delete', [remove('routes', 'r1')], 'content'],
    ['has one unique value twice', [aConsumer('c1', 'same'), aConsumer('c2', 'same')], 'content'],
  ])('that %s is refused and leaves no trace', async (_what, changes, reason) => {
    const directory = storeDirectory()
    const store = await openTestStore({ directory })
    const model = await fill(store, [aRoute('r9')])
    const writer = store.beginSnapshot(positionOf(changed(EMPTY, [aRoute('r1')]), 2))
    for (const change of changes) writer.write(change)
    expect(await writer.seal()).toMatchObject({ kind: 'refused', reason })
    expect(readdirSync(directory).filter((name) => name.startsWith('gen-'))).toHaveLength(1)
    expect(modelOf(store)).toEqual(model)
  })

  it('can be dropped, and another one begun', async () => {
    const store = await openTestStore()
    const dropped = store.beginSnapshot(positionOf(EMPTY, 1))
    dropped.write(aRoute('r1'))
    expect(() => store.beginSnapshot(positionOf(EMPTY, 1))).toThrow('another snapshot')
    await dropped.discard()
    expect(modelOf(store)).toEqual(EMPTY)
    expect(await fill(store, [aRoute('r2')])).toEqual(modelOf(store))
  })

  it('larger than a transaction arrives whole', async () => {
    const store = await openTestStore()
    const many = Array.from({ length: 45_000 }, (_, i) => aRoute(`r${i}`, [`/${i}`]))
    expect(await fill(store, many)).toEqual(modelOf(store))
  })
})

describeStores('the previous generation', () => {
  it('stays readable for a view that was pinned before, also when its files are gone', async () => {
    const store = await openTestStore()
    const before = await fill(store, [aRoute('r1')])
    const view = store.pin()
    const { directory } = store.generation
    await fill(store, [aRoute('r2')], 2)
    expect(existsSync(directory)).toBe(false)
    expect(modelOf(view)).toEqual(before)
    view.release()
    expect(() => view.get('routes', 'r1')).toThrow('released')
  })
})

describeStores('a pinned view', () => {
  it('sees its revision while deltas go on', async () => {
    const store = await openTestStore()
    let model = await fill(store, [aCredential('k1', 'a')])
    const views = [{ view: store.pin(), model }]
    for (const key of ['b', 'c', 'd']) {
      applyTo(store, model, [aCredential('k1', key), aCredential(`k-${key}`, `${key}${key}`)])
      model = modelOf(store)
      views.push({ view: store.pin(), model })
    }
    for (const { view, model } of views) {
      expect(modelOf(view)).toEqual(model)
      expect(view.position.hash).toBe(positionOf(model, 0).hash)
    }
    const found = views.map(({ view }) => view.lookup('keyauth_credentials', 'key', 'b'))
    expect(found).toEqual([undefined, 'k1', undefined, undefined])
    for (const { view } of views) view.release()
  })
})

describeStores('lookups', () => {
  it('find entities by values of any length', async () => {
    const store = await openTestStore()
    const long = 'é'.repeat(5000)
    await fill(store, [aCredential('k1', long), aCredential('k2', `${long}!`)])
    expect(
      [long, `${long}!`, `${long}?`].map((key) => store.lookup('keyauth_credentials', 'key', key)),
    ).toEqual(['k1', 'k2', undefined])
  })

  it('declared anew are there for what was stored before', async () => {
    const directory = storeDirectory()
    const store = await openTestStore({ directory, lookups: {} })
    const model = await fill(store, [upsert('routes', { id: 'r1', name: 'first' })])
    expect(store.lookup('routes', 'name', 'first')).toBeUndefined()
    await store.close()
    const again = await openTestStore({ directory, lookups: { routes: { unique: ['name'] } } })
    expect(again.lookup('routes', 'name', 'first')).toBe('r1')
    expect(modelOf(again)).toEqual(model)
  })
})

describeStores('meta values', () => {
  it('outlive snapshots and restarts', async () => {
    const directory = storeDirectory()
    const store = await openTestStore({ directory })
    expect(store.getMeta('welcome')).toBeUndefined()
    store.setMeta('welcome', { version: '3.4.0', plugins: ['key-auth'] })
    await fill(store, [aRoute('r1')])
    await store.close()
    const again = await openTestStore({ directory })
    expect(again.getMeta('welcome')).toEqual({ version: '3.4.0', plugins: ['key-auth'] })
    expect(again.getMeta('toString')).toBeUndefined()
  })
})

it('a closed store takes nothing', async () => {
  const store = await openTestStore()
  const model = await fill(store, [aRoute('r1')])
  const { position } = store
  await store.close()
  const late = positionOf(model, 2)
  expect(() => store.applyDelta(position, late, [])).toThrow('the store is closed')
  expect(() => store.beginSnapshot(late)).toThrow('the store is closed')
  expect(() => store.setMeta('name', 1)).toThrow('the store is closed')
})
