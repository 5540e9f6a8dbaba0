import { type Capability, withheldReason } from '@biplane/compat'
import {
  type Body,
  type Delta,
  NOWHERE,
  type Position,
  type Reduction,
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
  /** Where the full config is. */
  readonly #full: () => Position
  /** The names of the plugins that the config uses now. */
  readonly #configured: () => ReadonlySet<string>
  /** Bounds the snapshots that are under way in the whole hub. */
  readonly #slots: Slots

  constructor(
    capability: Capability,
    edition: Edition,
    full: () => Position,
    configured: () => ReadonlySet<string>,
    slots: Slots,
  ) {
    this.#capability = capability
    this.#edition = edition
    this.#full = full
    this.#configured = configured
    this.#slots = slots
  }

  /** Null until the config was read once for nodes as old as these. */
  get position(): Position | null {
    return this.#edition.position
  }

  /** Why these nodes get no config at the moment, or null. */
  get withheld(): WithheldReason | null {
    if (samePosition(this.#full(), NOWHERE)) return SOURCE_EMPTY
    return withheldReason(this.#capability, this.#configured()) ?? this.#edition.refused
  }

  /** What these nodes are not told of the config; nothing where they get none. */
  get reductions(): readonly Reduction[] {
    return this.withheld === null ? this.#edition.reductions : []
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
      // From looking at the position to waiting for another there is no pause in which a change could be missed.
      const decision = this.#decide(known, seen)
      if (decision === 'read') await this.#edition.read()
      else if (decision === 'wait') await this.#edition.changed.heard(signal)
      else if (decision !== 'snapshot') return decision
      else {
        const snapshot = await this.#snapshot(known, seen, signal)
        if (snapshot !== null) return snapshot
      }
    }
  }

  #decide(known: Position, seen: Position | null): Delta | Withheld | 'read' | 'wait' | 'snapshot' {
    const reason = this.withheld
    // What is withheld has the position of the full config: what is left of it without the refused entities can have the
    // very position that a config without them has, and a node that waits for that one would wait for ever.
    const to = reason === null ? this.#edition.position : this.#full()
    if (to === null) return 'read'
    if (seen !== null && samePosition(to, seen)) return 'wait'
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
      // While it was encoded, or since, a plugin may have come or gone that these nodes lack.
      const fits = (configured: ReadonlySet<string>) =>
        withheldReason(this.#capability, configured) === undefined
      const encoded = await this.#edition.snapshot(known, seen, fits)
      if (encoded === null || !fits(encoded.configured)) return null
      if (seen !== null && samePosition(encoded.snapshot.to, seen)) return null
      if (this.#decide(known, seen) !== 'snapshot') return null
      taken = true
      return { ...encoded.snapshot, body: releasing(slot, encoded.snapshot.body) }
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
