import { type Capability, withheldReason } from '@biplane/compat'
import {
  type Body,
  type Delta,
  NOWHERE,
  type Position,
  type Snapshot,
  samePosition,
  type Update,
  type UpdateSource,
  type Withheld,
  type WithheldReason,
} from '@biplane/protocol'
import type { Edition } from './edition.ts'
import type { Slot, Slots } from './slots.ts'

/**
 * The config as nodes of one capability see it: an edition, and whether they may have it. All nodes of the capability
 * share it; what is particular to one is passed in.
 */
export class View implements UpdateSource {
  readonly #capability: Capability
  readonly #edition: Edition
  /** The names of the plugins that the config uses now. */
  readonly #configured: () => ReadonlySet<string>
  /** Bounds the snapshots that are under way in the whole hub. */
  readonly #slots: Slots

  constructor(capability: Capability, edition: Edition, configured: () => ReadonlySet<string>, slots: Slots) {
    this.#capability = capability
    this.#edition = edition
    this.#configured = configured
    this.#slots = slots
  }

  /** Null until the config was read once for nodes as old as these. */
  get position(): Position | null {
    return this.#edition.position
  }

  /** Why these nodes get no config at the moment, or null. */
  get withheld(): WithheldReason | null {
    const { position, refused } = this.#edition
    if (position !== null && samePosition(position, NOWHERE)) return SOURCE_EMPTY
    return refused ?? withheldReason(this.#capability, this.#configured()) ?? null
  }

  /** Resolves when the position is known. */
  async read(): Promise<Position> {
    for (;;) {
      const { position } = this.#edition
      if (position !== null) return position
      await this.#edition.read()
    }
  }

  async next(known: Position, seen: Position | null, signal: AbortSignal): Promise<Update> {
    for (;;) {
      signal.throwIfAborted()
      const to = await this.read()
      const decision = this.#decide(to, known, seen)
      if (decision === 'wait') await this.#edition.changed.heard(signal)
      else if (decision !== 'snapshot') return decision
      else {
        const snapshot = await this.#snapshot(known, seen, signal)
        if (snapshot !== null) return snapshot
      }
    }
  }

  #decide(to: Position, known: Position, seen: Position | null): 'wait' | 'snapshot' | Delta | Withheld {
    if (seen !== null && samePosition(to, seen)) return 'wait'
    const reason = this.withheld
    if (reason !== null) return { kind: 'withheld', to, reason }
    if (seen === null && samePosition(to, known)) return 'wait'
    // A follower that is back where it was, since its source was put back, gets a delta of nothing: its answer is news.
    return this.#edition.delta(known) ?? 'snapshot'
  }

  /** Waits for its turn first, so that what is sent then is what is right then. Null if that is no snapshot any more. */
  async #snapshot(known: Position, seen: Position | null, signal: AbortSignal): Promise<Snapshot | null> {
    const slot = await this.#slots.enter(signal)
    let taken = false
    try {
      const snapshot = await this.#edition.snapshot(known, seen)
      const to = this.#edition.position
      if (snapshot === null || to === null || this.#decide(to, known, seen) !== 'snapshot') return null
      taken = true
      return { ...snapshot, body: releasing(slot, snapshot.body) }
    } finally {
      if (!taken) slot.release()
    }
  }
}

const SOURCE_EMPTY: WithheldReason = {
  kind: 'source_empty',
  message: 'the control plane has not sent a config to this hub yet',
}

/** The same body; the slot is released when the last chunk was taken, or when the taker gives up. */
function releasing(slot: Slot, body: Body): Body {
  return {
    ...body,
    async *chunks() {
      try {
        yield* body.chunks()
      } finally {
        slot.release()
      }
    },
  }
}
