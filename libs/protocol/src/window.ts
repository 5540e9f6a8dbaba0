import { CHUNK_BYTES, encodeBody } from './body.ts'
import { type EncodedChange, net, type Revisioned } from './change.ts'
import { type Position, samePosition } from './position.ts'
import { recordSize } from './records.ts'
import type { Body, Delta } from './update.ts'

interface Batch extends Revisioned {
  readonly bytes: number
}

/** What a batch costs besides its records, so that revisions which change nothing in a view are bounded too. */
const BATCH_BYTES = 256

/**
 * The bytes that a delta may have before a snapshot is sent in its place: those of the snapshot. A delta of a single chunk
 * is never too large: what a follower saved in reading, it would pay many times over for beginning a new copy.
 */
export function largestDelta(snapshotBytes: number): number {
  return Math.max(snapshotBytes, CHUNK_BYTES)
}

/**
 * The recent past of a config, bounded in bytes: what it takes to bring a follower from any of these positions to the
 * head. Holds one epoch; a new epoch, or a snapshot taken in, is a new window.
 */
export class ConfigWindow {
  readonly #limit: number
  #base: Position
  #head: Position
  #batches: Batch[] = []
  #bytes = 0
  /** Followers of a view are mostly at the same few positions, so each delta is encoded once. Bounded too: they may be at all. */
  readonly #bodies = new Map<number, Body>()
  #bodyBytes = 0

  /** @param limit bytes kept of revisions, and as many of encoded deltas; what is older is forgotten */
  constructor(head: Position, limit: number) {
    this.#base = head
    this.#head = head
    this.#limit = limit
  }

  get head(): Position {
    return this.#head
  }

  /** Takes in the next revision. One that changes nothing in this view is taken in too: followers move on to it. */
  advance(batch: Revisioned): void {
    if (batch.revision <= this.#head.revision) {
      throw new RangeError(`revision ${batch.revision} does not follow ${this.#head.revision}`)
    }
    const bytes = batch.changes.reduce((sum, change) => sum + recordSize(change), BATCH_BYTES)
    this.#batches.push({ ...batch, bytes })
    this.#bytes += bytes
    this.#head = { epoch: this.#head.epoch, revision: batch.revision, hash: batch.hash }
    this.#bodies.clear()
    this.#bodyBytes = 0
    this.#forget()
  }

  /**
   * The delta from `known` to the head, or null when a snapshot must be sent: because `known` is not a position of this
   * window in all its three parts, or because the delta is too large beside the snapshot.
   *
   * @param snapshotBytes what a snapshot would take as it travels, as far as known; Infinity if not
   */
  updateFrom(known: Position, snapshotBytes = Number.POSITIVE_INFINITY): Delta | null {
    const start = this.#indexAfter(known)
    if (start === null) return null
    const most = largestDelta(snapshotBytes)
    const body = this.#bodies.get(known.revision) ?? this.#encode(start, most)
    if (body === null || body.size > most) return null
    this.#remember(known.revision, body)
    return { kind: 'delta', from: known, to: this.#head, body }
  }

  /** Where the batches after `known` begin, or null when it is not a position of this window. */
  #indexAfter(known: Position): number | null {
    if (samePosition(known, this.#base)) return 0
    // Followers are mostly near the head, so the search begins there.
    const index = this.#batches.findLastIndex(({ revision }) => revision <= known.revision)
    const batch = this.#batches[index]
    if (batch === undefined || !samePosition(known, { ...batch, epoch: this.#head.epoch })) return null
    return index + 1
  }

  #encode(start: number, snapshotBytes: number): Body | null {
    const changes: EncodedChange[] = net(this.#batches.slice(start).flatMap((batch) => batch.changes))
    const size = changes.reduce((sum, change) => sum + recordSize(change), 0)
    return size > snapshotBytes ? null : encodeBody(changes)
  }

  #remember(revision: number, body: Body): void {
    if (this.#bodies.has(revision)) return
    this.#bodies.set(revision, body)
    this.#bodyBytes += body.size
    for (const [oldest, { size }] of this.#bodies) {
      if (this.#bodyBytes <= this.#limit) return
      this.#bodies.delete(oldest)
      this.#bodyBytes -= size
    }
  }

  #forget(): void {
    let count = 0
    while (this.#bytes > this.#limit) {
      const oldest = this.#batches[count]
      if (oldest === undefined) break
      this.#bytes -= oldest.bytes
      this.#base = { epoch: this.#head.epoch, revision: oldest.revision, hash: oldest.hash }
      count += 1
    }
    this.#batches.splice(0, count)
  }
}
