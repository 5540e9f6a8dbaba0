import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EncodedChange } from '@biplane/protocol'
import { beforeEach, describe, onTestFinished } from 'vitest'
import { type Encryption, OFF } from './encryption.ts'
import { changed, EMPTY, entitiesOf, LOOKUPS, type Model, positionOf } from './fixtures.ts'
import { openStore, type StoreOptions } from './open-store.ts'
import type { Store } from './store.ts'
import { type StoreKey, storeKeyOf } from './store-key.ts'

export function aPrivateKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

export const aStoreKey = (): StoreKey => storeKeyOf(aPrivateKey())

/** How the stores of the running test lie on the disk. */
const form = { encryption: OFF }

const FORMS: readonly (readonly [name: string, encryption: Encryption])[] = [
  ['in plain text', OFF],
  ['encrypted', { on: true, keys: [aStoreKey()] }],
]

/** What is said of stores here holds whether or not they are encrypted. */
export function describeStores(what: string, tests: (encryption: Encryption) => void): void {
  describe.each(FORMS)(`${what} (%s)`, (_name, encryption) => {
    beforeEach(() => {
      form.encryption = encryption
    })
    tests(encryption)
  })
}

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
  const store = await openStore({ directory: storeDirectory(), lookups: LOOKUPS, log, ...form, ...rest })
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
