import { setImmediate as turn } from 'node:timers/promises'
import { NOWHERE, type Position, samePosition } from '@biplane/protocol'
import type { Encryption } from './encryption.ts'
import type { Log } from './log.ts'
import { fromLookupsText } from './lookups.ts'
import type { Manifest } from './manifest.ts'
import { messageOf, openActive } from './open-active.ts'
import { openStore } from './open-store.ts'
import { entityRange, LOOKUPS_KEY } from './records.ts'
import type { Refusal } from './refusal.ts'
import type { Store } from './store.ts'
import type { StoreKey } from './store-key.ts'
import type { PinnedView, StoredEntity } from './view.ts'

/** Why there is no copy. */
export interface NotCopied {
  readonly kind: 'refused'
  readonly reason: /** There is no store. */
    | 'missing'
    /** It has never received a config. */
    | 'empty'
    /** It is damaged, of another format, or closed to this user. */
    | 'unreadable'
    /** It is encrypted, and none of the given keys opens it. */
    | 'locked'
    /** The copy cannot be written: the disk is full or fails, or the place does not allow it. */
    | 'unwritable'
    /** Where the copy should lie, there is something. */
    | 'occupied'
  readonly message: string
}

export interface Copied {
  readonly kind: 'copied'
  readonly position: Position
  readonly entities: number
}

/** What opens the store, and what shall open its copy. */
export interface CopyKeys {
  readonly keys: readonly StoreKey[]
  /** The copy is encrypted for these; null: it lies as the store does, for the keys of the store. */
  readonly wrapFor: readonly StoreKey[] | null
}

export function encryptionOf({ keyCheck }: Manifest, { keys, wrapFor }: CopyKeys): Encryption {
  return wrapFor === null ? { on: keyCheck !== null, keys } : { on: true, keys: wrapFor }
}

/** How far reading has come. `total` may be a little off where the store changes meanwhile. */
export type OnProgress = (entities: number, total: number) => void

/**
 * Reads one revision of a store, which another process may be writing, and makes a store of it at `into`. To be done in
 * a process that may die: damage can end it.
 */
export async function copyConfig(
  from: string,
  into: string,
  { keys, wrapFor }: CopyKeys,
  onProgress: OnProgress,
): Promise<Copied | NotCopied> {
  const source = openActive(from, keys)
  if (source.kind === 'missing') return refuse('missing', `there is no store at ${from}`)
  if (source.kind === 'locked') return refuse('locked', `the store ${from} cannot be read: ${source.reason}`)
  if (source.kind === 'unusable')
    return refuse('unreadable', `the store ${from} cannot be read: ${source.reason}`)
  const { manifest, generation } = source
  let target: Store | null = null
  try {
    const view = readable(() => generation.pin())
    if (samePosition(view.position, NOWHERE))
      return refuse('empty', `the store ${from} has received no config yet`)
    const lookups = readable(() => fromLookupsText(generation.tree.get(LOOKUPS_KEY)?.toString() ?? ''))
    const total = readable(() => generation.tree.count(entityRange()))
    const encryption = encryptionOf(manifest, { keys, wrapFor })
    target = await openStore({ directory: into, lookups, encryption, log: SILENT })
    const written = await write(target, view, (entities) => onProgress(entities, total))
    if (written.kind === 'refused') return notCopied(from, written)
    for (const [name, value] of Object.entries(manifest.meta)) {
      const stored = target.setMeta(name, value)
      if (stored.kind === 'refused') return notCopied(from, stored)
    }
    return { kind: 'copied', position: view.position, entities: written.entities }
  } catch (error) {
    if (error instanceof Unreadable)
      return refuse('unreadable', `the store ${from} cannot be read: ${error.message}`)
    // The store is only read through LMDB: what the file system refuses is the copy.
    if (error instanceof Error && 'syscall' in error)
      return refuse('unwritable', `the copy cannot be written: ${error.message}`)
    throw error
  } finally {
    await target?.close()
    await generation.close()
  }
}

/** So many entities are read at a time: then whoever waits is told, and is heard. */
const BATCH = 2000

async function write(
  target: Store,
  view: PinnedView,
  onProgress: (entities: number) => void,
): Promise<{ readonly kind: 'written'; readonly entities: number } | Refusal> {
  const writer = target.beginSnapshot(view.position)
  let entities = 0
  for (const entity of readableAll(view.entities())) {
    writer.write(entity)
    if (++entities % BATCH > 0) continue
    onProgress(entities)
    await turn()
  }
  onProgress(entities)
  const sealed = await writer.seal()
  const outcome = sealed.kind === 'sealed' ? await writer.activate() : sealed
  if (outcome.kind === 'refused') return outcome
  await target.removeOldGenerations()
  return { kind: 'written', entities }
}

/** An error of reading, as opposed to one of writing. */
class Unreadable extends Error {}

function readable<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new Unreadable(messageOf(cause), { cause })
  }
}

function* readableAll(entities: Iterable<StoredEntity>): Generator<StoredEntity> {
  try {
    yield* entities
  } catch (cause) {
    throw new Unreadable(messageOf(cause), { cause })
  }
}

/** What is read is what was once verified, so a config that is refused for its content tells of damage. */
function notCopied(from: string, { reason, errors }: Refusal): NotCopied {
  const message = errors[0]?.message ?? reason
  return reason === 'full'
    ? refuse('unwritable', `the copy cannot be finished: ${message}`)
    : refuse('unreadable', `the store ${from} is damaged: ${message}`)
}

export function refuse(reason: NotCopied['reason'], message: string): NotCopied {
  return { kind: 'refused', reason, message }
}

const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }
