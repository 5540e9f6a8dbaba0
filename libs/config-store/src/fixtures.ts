import type { Entity } from '@biplane/entities'
import { advance, digest, type EncodedChange, encodeEntity, type Position, toHex } from '@biplane/protocol'
import type { Lookups } from './lookups.ts'

export const LOOKUPS: Lookups = {
  consumers: { unique: ['username', 'custom_id'] },
  keyauth_credentials: { unique: ['key'], lists: ['consumer.id'] },
}

/** A config in memory: what the store must hold. Keys are `kind id`, values canonical JSON. */
export type Model = ReadonlyMap<string, string>

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

/** What a fixed history changes at its revision (1, 2, …): every state of it is known, and one value wanders. */
export function stepAt(revision: number): EncodedChange[] {
  const nth = (revision * 7) % 20
  const route =
    revision % 3 === 0 ? remove('routes', `r${nth}`) : aRoute(`r${nth}`, [`/${'x'.repeat(300)}/${revision}`])
  return [
    route,
    aCredential(`k${(revision + 1) % 5}`, 'wandering'),
    remove('keyauth_credentials', `k${revision % 5}`),
  ]
}

/** What a store that has followed the fixed history holds at this revision. */
export function modelAt(revision: number): Model {
  const steps = Array.from({ length: revision }, (_, before) => stepAt(before + 1))
  return changed(EMPTY, steps.flat())
}
