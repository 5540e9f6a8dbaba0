import fc from 'fast-check'
import { compressBody } from './body.ts'
import { type EncodedChange, encodeEntity, type Revisioned } from './change.ts'
import { advance, digest, fromHex, NO_CONFIG_HASH, toHex } from './hash.ts'
import { type Position, samePosition } from './position.ts'
import type { UpdateSource } from './source.ts'
import { untilAborted } from './stream/until-aborted.ts'
import type { Update } from './update.ts'
import { ConfigWindow } from './window.ts'

// Builders for specs: valid by construction, with defaults.

export const EPOCH = '7f6a8f3e-5d0f-4f6c-9a55-0d6b8f1f8a11'

export function anUpsert(
  id: string,
  fields: Record<string, string | number> = {},
  kind = 'services',
): EncodedChange {
  return { kind, id, bytes: encodeEntity({ ...fields, id }) }
}

export function aDelete(id: string, kind = 'services'): EncodedChange {
  return { kind, id, bytes: null }
}

/** Histories over few ids, so that upserts, repeats and deletes of the same entity are common. */
export const someChanges: fc.Arbitrary<EncodedChange[]> = fc.array(
  fc
    .record({
      kind: fc.constantFrom('services', 'routes'),
      id: fc.constantFrom('a', 'b', 'c', 'd'),
      n: fc.option(fc.nat(9)),
    })
    .map(({ kind, id, n }) => (n === null ? aDelete(id, kind) : anUpsert(id, { n }, kind))),
  { maxLength: 20 },
)

/** The bytes cut into pieces of the given lengths, over and over; a length of 0 counts as 1. */
export function* pieces(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  let at = 0
  for (let i = 0; at < bytes.length; i += 1) {
    const length = Math.max(1, lengths[i % Math.max(1, lengths.length)] ?? bytes.length)
    yield bytes.subarray(at, at + length)
    at += length
  }
}

/** A config in memory with its hash: what any follower must come to. */
export class Config {
  readonly entities = new Map<string, EncodedChange & { readonly bytes: Uint8Array }>()
  hash = NO_CONFIG_HASH

  apply(changes: Iterable<EncodedChange>): void {
    for (const change of changes) this.#applyOne(change)
  }

  #applyOne({ kind, id, bytes }: EncodedChange): void {
    const key = `${kind}/${id}`
    const old = this.entities.get(key)
    const removed = old === undefined ? 0n : digest(kind, id, old.bytes)
    const added = bytes === null ? 0n : digest(kind, id, bytes)
    this.hash = toHex(advance(fromHex(this.hash), added, removed))
    if (bytes === null) this.entities.delete(key)
    else this.entities.set(key, { kind, id, bytes })
  }
}

/** A source in memory: each `write` is one revision. */
export class MemorySource implements UpdateSource {
  readonly config = new Config()
  #window: ConfigWindow
  #advanced = Promise.withResolvers<void>()
  #snapshot: { readonly at: Position; readonly body: ReturnType<typeof compressBody> } | null = null

  constructor({ revision = 0, limit = 1024 * 1024 } = {}) {
    this.#window = new ConfigWindow({ epoch: EPOCH, revision, hash: NO_CONFIG_HASH }, limit)
  }

  get position(): Position {
    return this.#window.head
  }

  write(...changes: EncodedChange[]): Revisioned {
    this.config.apply(changes)
    const batch = { revision: this.position.revision + 1, hash: this.config.hash, changes }
    this.#window.advance(batch)
    this.#advanced.resolve()
    this.#advanced = Promise.withResolvers()
    return batch
  }

  async next(known: Position, seen: Position | null, signal: AbortSignal): Promise<Update> {
    while (samePosition(this.position, seen ?? known)) await untilAborted(signal, this.#advanced.promise)
    return this.#window.updateFrom(known) ?? this.#takeSnapshot()
  }

  async #takeSnapshot(): Promise<Update> {
    const to = this.position
    if (this.#snapshot === null || !samePosition(this.#snapshot.at, to)) {
      this.#snapshot = { at: to, body: compressBody([...this.config.entities.values()]) }
    }
    return { kind: 'snapshot', to, body: await this.#snapshot.body }
  }
}
