import { advance, digest, type EncodedChange, type Position, toHex, type Violation } from '@biplane/protocol'
import type { Limits, Stored } from './delta.ts'
import type { Generation } from './generation.ts'
import type { GenerationAddress } from './generation-address.ts'
import { entityKey, isKeyable } from './records.ts'
import { type Refusal, Refused, refusalOf, refuseContent, refuseHash, unreadable } from './refusal.ts'
import { writePosition } from './tree.ts'
import { addLookups, keepLimit } from './write-entities.ts'

export interface Sealed {
  readonly kind: 'sealed'
  /** What readers may already pin. */
  readonly generation: GenerationAddress
  readonly position: Position
}

/** What the writer needs of its store. */
export interface SnapshotTarget {
  /** @throws what `refusalOf` knows */
  open(): Generation
  /** Turns what was written into a generation as it will be used, on disk. */
  seal(written: Generation): Promise<Generation>
  activate(sealed: Generation): Stored | Refusal
  /** Closes the generation and removes all that the snapshot left in files. */
  discard(generation: Generation | null): Promise<void>
}

/**
 * Bounds of one transaction: what is held in memory, and how long the thread is busy at a time. Smaller ones would write
 * most pages again and again, since ids are random.
 */
const BATCH_BYTES = 16 << 20
const BATCH_CHANGES = 10_000
const MOST_VIOLATIONS = 50

/** Abortable and committed on return, but not synced: until the pointer changes, nobody will miss it. */
const UNSYNCED = 3 | 0x10000

/** Writes a whole config beside the active one. */
export class SnapshotWriter {
  readonly #target: SnapshotTarget
  readonly #limits: Limits
  readonly #to: Position
  readonly #violations: Violation[] = []
  #generation: Generation | null = null
  #batch: EncodedChange[] = []
  #batchBytes = 0
  #hash = 0n
  #refusal: Refusal | null = null
  #state: 'writing' | 'sealing' | 'sealed' | 'done' = 'writing'
  #sealing: Promise<Sealed | Refusal> | null = null

  constructor(target: SnapshotTarget, limits: Limits, to: Position) {
    this.#target = target
    this.#limits = limits
    this.#to = to
    this.#attempt(() => {
      this.#generation = target.open()
    })
  }

  /**
   * Takes one upsert; writes in bounded transactions, so nothing proportional to the config is held in memory. After
   * something was refused the rest is ignored, and `seal` tells.
   */
  write(change: EncodedChange): void {
    if (this.#state !== 'writing') throw new Error('the snapshot has ended')
    if (this.#refusal !== null) return
    this.#batch.push(change)
    this.#batchBytes += change.bytes?.length ?? 0
    if (this.#batch.length >= BATCH_CHANGES || this.#batchBytes >= BATCH_BYTES) this.#flush()
  }

  /** Ends writing: complete, verified and on disk, but not active. A refused snapshot is discarded. */
  async seal(): Promise<Sealed | Refusal> {
    if (this.#state !== 'writing') throw new Error('the snapshot has ended')
    this.#state = 'sealing'
    this.#flush()
    this.#sealing = this.#verifyAndSeal()
    const outcome = await this.#sealing.finally(() => {
      this.#sealing = null
    })
    if (outcome.kind === 'refused') await this.discard()
    return outcome
  }

  /** Makes the sealed config the active one by one durable pointer change. When that is refused, it is still sealed. */
  async activate(): Promise<Stored | Refusal> {
    if (this.#state !== 'sealed' || this.#generation === null) throw new Error('the snapshot is not sealed')
    const outcome = this.#target.activate(this.#generation)
    if (outcome.kind === 'stored') this.#state = 'done'
    return outcome
  }

  /** Drops what was written. Harmless after `activate`, so it fits a `finally`. */
  async discard(): Promise<void> {
    if (this.#state === 'done') return
    this.#state = 'done'
    await Promise.allSettled([this.#sealing]) // closing what is being copied would be a crash
    await this.#target.discard(this.#generation)
  }

  #flush(): void {
    const batch = this.#batch
    this.#batch = []
    this.#batchBytes = 0
    const generation = this.#generation
    if (generation === null || this.#refusal !== null) return
    this.#attempt(() => {
      generation.tree.transaction(() => {
        for (const change of batch) this.#add(generation, change)
        keepLimit(generation.tree, this.#limits.mapSize)
      }, UNSYNCED)
    })
  }

  #add({ tree }: Generation, { kind, id, bytes }: EncodedChange): void {
    if (this.#violations.length >= MOST_VIOLATIONS) throw new Refused(refuseContent(this.#violations))
    const key = entityKey(kind, id)
    if (bytes === null || !isKeyable(kind, id) || tree.has(key)) {
      this.#violations.push(unreadable(kind, id, 'a snapshot holds each entity once'))
      return
    }
    tree.put(key, bytes)
    this.#hash = advance(this.#hash, digest(kind, id, bytes), 0n)
    this.#violations.push(...addLookups(tree, this.#limits.lookups, kind, id, bytes))
  }

  async #verifyAndSeal(): Promise<Sealed | Refusal> {
    const computed = toHex(this.#hash)
    if (this.#violations.length > 0) this.#refusal ??= refuseContent(this.#violations)
    if (computed !== this.#to.hash) this.#refusal ??= refuseHash(computed, this.#to)
    const written = this.#generation
    if (this.#refusal !== null || written === null) return this.#refusal ?? refuseHash(computed, this.#to)
    try {
      written.tree.transaction(() => writePosition(written.tree, this.#to), UNSYNCED)
      this.#generation = await this.#target.seal(written)
    } catch (error) {
      return refusalOf(error)
    }
    if (this.#state === 'sealing') this.#state = 'sealed'
    return { kind: 'sealed', generation: this.#generation.address, position: this.#to }
  }

  #attempt(step: () => void): void {
    try {
      step()
    } catch (error) {
      this.#refusal = refusalOf(error)
    }
  }
}
