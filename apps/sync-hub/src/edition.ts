import { Reductions } from '@biplane/compat'
import {
  advance,
  ConfigWindow,
  type Delta,
  fromHex,
  NOWHERE,
  type Position,
  type Reduction,
  type Snapshot,
  samePosition,
  toHex,
  type WithheldReason,
} from '@biplane/protocol'
import { Bell } from './bell.ts'
import { type Downgrade, type Replacement, reduce, type Step } from './reduce.ts'
import { type EncodedSnapshot, encodeSnapshot, type Pinned } from './snapshot.ts'

/** How long a snapshot is kept that nobody asks for: nodes come in waves, and a big one takes memory. */
const SNAPSHOT_KEPT_MS = 60_000

export interface EditionOptions {
  readonly position: Position
  /** Null for software as new as the hub: it reads the config as it is. */
  readonly downgrade: Downgrade | null
  readonly pin: () => Pinned
  /** The names of the plugins that the config uses now. */
  readonly configured: () => ReadonlySet<string>
  readonly windowBytes: number
  /** Ends a reading that is under way. */
  readonly signal: AbortSignal
}

/** An encoded snapshot, which may be older than the config is by now. */
export interface Encoded {
  readonly snapshot: Snapshot
  /** The names of the plugins that it uses. */
  readonly configured: ReadonlySet<string>
}

/**
 * The config as software of one version reads it: where it is, what recently changed, and the encoded updates that all
 * nodes of the version share. It decides nothing about a node; views do.
 */
export class Edition {
  /** Rings when the config has moved on, whether or not the position is known. */
  readonly changed = new Bell()
  readonly #options: EditionOptions
  #state: State
  #recent: Encoded | null = null
  #snapshotBytes = 0
  #forgetting: NodeJS.Timeout | undefined
  #building: Promise<Encoded | null> | null = null
  /** Aborts at the next replacement, which makes pointless what was begun before it. */
  #replaced = new AbortController()

  constructor(options: EditionOptions) {
    this.#options = options
    this.#state = this.#start(options.position)
  }

  /** Null while it is not known: a reduced edition has to read the whole config once. NOWHERE before the first config. */
  get position(): Position | null {
    return this.#state.kind === 'open' ? this.#state.window.head : null
  }

  /** Why no node of this version can be given the config, or null if it can. */
  get refused(): WithheldReason | null {
    if (this.#state.kind !== 'open') return null
    const [reason] = this.#state.refused.values()
    return reason ?? null
  }

  /** What software of this version is not told. */
  get reductions(): readonly Reduction[] {
    return this.#state.kind === 'open' ? this.#state.reductions.all : []
  }

  /** Whether `advance` needs the replaced bytes. */
  get reduces(): boolean {
    return this.#options.downgrade !== null && this.#state.kind !== 'unread'
  }

  /** The config has moved on by a net delta. To be called in the turn in which the copy did. */
  advance(to: Position, replacements: readonly Replacement[]): void {
    const { downgrade } = this.#options
    const state = this.#state
    if (downgrade === null && state.kind === 'open') state.window.advance({ ...to, changes: replacements })
    else if (downgrade !== null && state.kind === 'open')
      applyStep(state, to, reduce(replacements, downgrade))
    else if (downgrade !== null && state.kind === 'reading')
      state.steps.push({ to, step: reduce(replacements, downgrade) })
    this.changed.ring()
  }

  /** The config was replaced as a whole: nothing that was known of its past holds any more. */
  replace(to: Position): void {
    this.#replaced.abort()
    this.#replaced = new AbortController()
    this.#state = this.#start(to)
    this.#recent = null
    this.#building = null
    this.changed.ring()
  }

  /** Reads the config if the position is not known. A replacement in between leaves it unknown: look, and read again. */
  async read(): Promise<void> {
    if (this.#state.kind !== 'open') await this.#build()
  }

  /** What takes a follower from `known` to now; null when its past is not known, or when a snapshot would weigh less. */
  delta(known: Position): Delta | null {
    if (this.#state.kind !== 'open') return null
    // The weight is that of the last snapshot made: when a delta exceeds it, a new one is made and they are compared again.
    return this.#state.window.updateFrom(known, this.#snapshotBytes)
  }

  /**
   * The config as a whole, encoded once for all who ask: at the current position, or at a recent one from which a delta
   * leads on (the config moves while a big snapshot is encoded and sent). Null when that came to nothing, since the
   * config was replaced meanwhile or held what is refused: look again.
   *
   * @param known what the follower has: it is not taken back behind it without need
   * @param seen what was offered to the follower: it is not offered again
   * @param fits whether the follower can run a config that uses these plugins
   */
  async snapshot(
    known: Position,
    seen: Position | null,
    fits: (configured: ReadonlySet<string>) => boolean,
  ): Promise<Encoded | null> {
    const recent = this.#recent
    const serves = recent !== null && fits(recent.configured) && this.#serves(recent.snapshot.to, known, seen)
    if (serves) {
      this.#forgetting?.refresh()
      return recent
    }
    return await this.#build()
  }

  #serves(recent: Position, known: Position, seen: Position | null): boolean {
    if (this.position !== null && samePosition(recent, this.position)) return true
    if (seen !== null && samePosition(recent, seen)) return false
    if (recent.epoch === known.epoch && recent.revision < known.revision) return false
    return this.delta(recent) !== null
  }

  #start(position: Position): State {
    const reduced = this.#options.downgrade !== null && !samePosition(position, NOWHERE)
    return reduced ? { kind: 'unread' } : this.#open(position, { refused: new Map(), losses: [] })
  }

  #open(position: Position, { refused, losses }: Omit<EncodedSnapshot, 'snapshot'>): Open {
    const reductions = new Reductions()
    reductions.apply(losses)
    return {
      kind: 'open',
      window: new ConfigWindow(position, this.#options.windowBytes),
      refused: new Map(refused),
      reductions,
    }
  }

  /** One build at a time, shared by all who wait for it. */
  async #build(): Promise<Encoded | null> {
    const building = this.#building ?? this.#encode()
    this.#building = building
    try {
      return await building
    } finally {
      if (this.#building === building) this.#building = null
    }
  }

  async #encode(): Promise<Encoded | null> {
    const { downgrade, signal } = this.#options
    const replaced = this.#replaced.signal
    const pinned = this.#options.pin()
    const configured = this.#options.configured()
    // From this turn on the steps are kept that lead on from what is pinned.
    const steps: Passed[] = []
    if (this.#state.kind === 'unread') this.#state = { kind: 'reading', steps }
    try {
      const encoded = await encodeSnapshot(pinned, downgrade, AbortSignal.any([signal, replaced]))
      if (replaced.aborted) return null
      if (this.#state.kind === 'reading') this.#catchUp(encoded, steps)
      // With entities missing it is no config to start from, even if they are gone or allowed by now.
      return encoded.refused.size === 0 ? this.#keep({ snapshot: encoded.snapshot, configured }) : null
    } catch (error) {
      if (replaced.aborted) return null
      this.#state = this.#state.kind === 'reading' ? { kind: 'unread' } : this.#state
      throw error
    } finally {
      pinned.release()
    }
  }

  #keep(encoded: Encoded): Encoded {
    this.#recent = encoded
    this.#snapshotBytes = encoded.snapshot.body.size
    clearTimeout(this.#forgetting)
    this.#forgetting = setTimeout(() => {
      this.#recent = null
    }, SNAPSHOT_KEPT_MS).unref()
    return encoded
  }

  #catchUp(encoded: EncodedSnapshot, steps: readonly Passed[]): void {
    const state = this.#open(encoded.snapshot.to, encoded)
    for (const { to, step } of steps) applyStep(state, to, step)
    this.#state = state
    this.changed.ring()
  }
}

/** `unread`: nobody needed it yet. `reading`: steps are collected while the config is read. */
type State = { readonly kind: 'unread' } | { readonly kind: 'reading'; readonly steps: Passed[] } | Open

interface Open {
  readonly kind: 'open'
  readonly window: ConfigWindow
  /** Reasons by entity. */
  readonly refused: Map<string, WithheldReason>
  readonly reductions: Reductions
}

interface Passed {
  readonly to: Position
  readonly step: Step
}

function applyStep({ window, refused, reductions }: Open, { revision }: Position, step: Step): void {
  const hash = toHex(advance(fromHex(window.head.hash), step.added, step.removed))
  window.advance({ revision, hash, changes: step.changes })
  for (const [key, reason] of step.refused) {
    if (reason === null) refused.delete(key)
    else refused.set(key, reason)
  }
  reductions.apply(step.losses)
}
