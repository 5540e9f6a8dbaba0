import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EncodedChange } from '@biplane/protocol'
import { onTestFinished } from 'vitest'
import { changed, EMPTY, entitiesOf, LOOKUPS, type Model, positionOf } from './fixtures.ts'
import { openStore, type StoreOptions } from './open-store.ts'
import type { Store } from './store.ts'

/** A directory of this test's own, gone after it; the store's directory lies in it, so copies moved aside do too. */
export function storeDirectory(): string {
  const parent = mkdtempSync(join(tmpdir(), 'biplane-store-'))
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }))
  return join(parent, 'config')
}

/** Opens a store that is closed after the test; `warnings` collects what it warned of. */
export async function openTestStore(
  options: Partial<StoreOptions> & { warnings?: object[] } = {},
): Promise<Store> {
  const { warnings = [], ...rest } = options
  const log = {
    info: () => undefined,
    warn: (fields: object) => warnings.push(fields),
    error: () => undefined,
  }
  const store = await openStore({ directory: storeDirectory(), lookups: LOOKUPS, log, ...rest })
  onTestFinished(() => store.close())
  return store
}

/** Puts a whole config into a store. @throws Error when it is refused */
export async function fill(store: Store, changes: readonly EncodedChange[], revision = 1): Promise<Model> {
  const model = changed(EMPTY, changes)
  const writer = store.beginSnapshot(positionOf(model, revision))
  for (const change of entitiesOf(model)) writer.write(change)
  const sealed = await writer.seal()
  if (sealed.kind === 'refused') throw new Error(JSON.stringify(sealed))
  await writer.activate()
  await store.removeOldGenerations()
  return model
}

/** Applies changes to a store that stands at `model`. */
export function applyTo(store: Store, model: Model, changes: readonly EncodedChange[]) {
  const from = store.position
  return store.applyDelta(from, positionOf(changed(model, changes), from.revision + 1), changes)
}
