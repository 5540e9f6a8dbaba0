import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import {
  ConfigWindow,
  changesBetween,
  compressBody,
  type Exported,
  NOWHERE,
  type Position,
  type Snapshot,
  samePosition,
  type Update,
  type UpdateSource,
  type Withheld,
} from '@biplane/protocol'

/** What of the past is kept for followers; those that lack more get a snapshot. */
const WINDOW_BYTES = 64 * 1024 * 1024

/**
 * The revisions of a config that is in memory only. Each process has an epoch of its own, so hubs that come from another
 * process, or from this one before it was restarted, get a snapshot. As long as there is nothing they keep what they have.
 */
export class MemoryJournal implements UpdateSource {
  readonly #epoch = randomUUID()
  readonly #events = new EventEmitter().setMaxListeners(0)
  #exported: Exported = { changes: [], hash: NOWHERE.hash }
  #window: ConfigWindow | null = null
  #snapshot: { readonly of: Position; readonly made: Promise<Snapshot> } | null = null
  /** What the last snapshot took as it travels: no delta takes more, unless it fits into one chunk. */
  #snapshotBytes = Number.POSITIVE_INFINITY

  /** The newest revision; nowhere before the first one. */
  get head(): Position {
    return this.#window?.head ?? NOWHERE
  }

  get revision(): number {
    return this.head.revision
  }

  /** Makes it the newest revision, and returns its number. */
  commit(exported: Exported): number {
    const revision = this.revision + 1
    const { hash } = exported
    if (this.#window === null)
      this.#window = new ConfigWindow({ epoch: this.#epoch, revision, hash }, WINDOW_BYTES)
    else this.#window.advance({ revision, hash, changes: changesBetween(this.#exported, exported) })
    this.#exported = exported
    this.#events.emit('moved')
    return revision
  }

  async next(known: Position, seen: Position | null, signal: AbortSignal): Promise<Update> {
    for (;;) {
      const { head } = this
      const isNews = seen === null || !samePosition(head, seen)
      if (isNews && this.#window === null) return EMPTY
      if (isNews && !samePosition(head, known))
        return this.#window?.updateFrom(known, this.#snapshotBytes) ?? (await this.#snapshotOf(head))
      await this.#moved(signal)
    }
  }

  /** Hubs that come together share it. */
  async #snapshotOf(head: Position): Promise<Snapshot> {
    if (this.#snapshot === null || !samePosition(this.#snapshot.of, head)) {
      const made = compressBody(this.#exported.changes).then(
        (body): Snapshot => ({ kind: 'snapshot', to: head, body }),
      )
      this.#snapshot = { of: head, made }
    }
    const snapshot = await this.#snapshot.made
    this.#snapshotBytes = snapshot.body.size
    return snapshot
  }

  async #moved(signal: AbortSignal): Promise<void> {
    await once(this.#events, 'moved', { signal }).catch((error: unknown) => {
      signal.throwIfAborted()
      throw error
    })
  }
}

const EMPTY: Withheld = {
  kind: 'withheld',
  to: NOWHERE,
  reason: {
    kind: 'source_empty',
    message:
      'no declarative config has been loaded yet: name one in declarative_config, or POST it to /config',
  },
}
