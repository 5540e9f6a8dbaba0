import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { canonicalJson, type Entity } from '@biplane/entities'
import { advance, digest, type EncodedChange, encodeEntity, type Position, toHex } from '@biplane/protocol'
import { onTestFinished } from 'vitest'
import type { Lookups } from './lookups.ts'
import { openStore, type StoreOptions } from './open-store.ts'
import type { Store } from './store.ts'

export const LOOKUPS: Lookups = {
  consumers: { unique: ['username', 'custom_id'] },
  keyauth_credentials: { unique: ['key'], lists: ['consumer.id'] },
}

/** A config in memory: what the store must hold. Keys are `kind id`, values canonical JSON. */
export type Model = ReadonlyMap<string, string>

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

export function upsert(kind: string, entity: Entity): EncodedChange {
  return { kind, id: entity.id, bytes: encodeEntity(entity) }
}

export function remove(kind: string, id: string): EncodedChange {
  return { kind, id, bytes: null }
}

export function aConsumer(id: string, username: string | null = `user ${id}`): EncodedChange {
  return upsert('consumers', { id, username, custom_id: null })
}

export function aCredential(id: string, key: string, consumer = 'c1'): EncodedChange {
  return upsert('keyauth_credentials', { id, key, consumer: { id: consumer } })
}

export function aRoute(id: string, paths: string[] = ['/']): EncodedChange {
  return upsert('routes', { id, paths })
}

/** The model after some changes. */
export function changed(model: Model, changes: readonly EncodedChange[]): Model {
  const next = new Map(model)
  for (const { kind, id, bytes } of changes) {
    if (bytes === null) next.delete(`${kind} ${id}`)
    else next.set(`${kind} ${id}`, Buffer.from(bytes).toString())
  }
  return next
}

export const EMPTY: Model = new Map()

/** Where a store that holds this model stands. */
export function positionOf(model: Model, revision: number, epoch = 'epoch'): Position {
  let hash = 0n
  for (const { kind, id, bytes } of entitiesOf(model)) hash = advance(hash, digest(kind, id, bytes), 0n)
  return { epoch, revision, hash: toHex(hash) }
}

export function entitiesOf(model: Model): { kind: string; id: string; bytes: Uint8Array }[] {
  return [...model].map(([name, text]) => {
    const space = name.indexOf(' ')
    return { kind: name.slice(0, space), id: name.slice(space + 1), bytes: Buffer.from(text) }
  })
}

/** What a store, or a view of one, holds. */
export function modelOf(view: {
  entities(): Iterable<{ kind: string; id: string; bytes: Uint8Array }>
}): Model {
  return new Map(
    [...view.entities()].map(({ kind, id, bytes }) => [`${kind} ${id}`, Buffer.from(bytes).toString()]),
  )
}

/** Puts a whole config into a store. @throws Error when it is refused */
export async function fill(store: Store, changes: readonly EncodedChange[], revision = 1): Promise<Model> {
  const model = changed(EMPTY, changes)
  const writer = store.beginSnapshot(positionOf(model, revision))
  for (const change of entitiesOf(model)) writer.write(change)
  const sealed = await writer.seal()
  if (sealed.kind === 'refused') throw new Error(canonicalJson(JSON.parse(JSON.stringify(sealed))))
  await writer.activate()
  await store.removeOldGenerations()
  return model
}

/** Applies changes to a store that stands at `model`. */
export function applyTo(store: Store, model: Model, changes: readonly EncodedChange[]) {
  const from = store.position
  return store.applyDelta(from, positionOf(changed(model, changes), from.revision + 1), changes)
}
