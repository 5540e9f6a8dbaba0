import { EventEmitter, once } from 'node:events'
import {
  changesAfter,
  type Database,
  type DatabaseUnavailable,
  readSnapshot,
  watchHead,
} from '@biplane/database'
import {
  ConfigWindow,
  compressBody,
  type Delta,
  encodeBody,
  largestDelta,
  net,
  type Position,
  type Snapshot,
  samePosition,
  type Update,
  type UpdateSource,
} from '@biplane/protocol'
import { patiently } from '../patiently.ts'

/** What of the recent journal is kept in memory, shared by all hubs. Older followers are served from PostgreSQL. */
const WINDOW_BYTES = 64 * 1024 * 1024
/** One look into the journal; a follower that lacks more gets a snapshot. */
const READ_LIMITS = { revisions: 10_000, bytes: 16 * 1024 * 1024 }

/** The config as the journal in PostgreSQL has it: what hubs follow. A database that is away is waited for. */
export class JournalSource implements UpdateSource {
  readonly #db: Database
  readonly #events = new EventEmitter().setMaxListeners(0)
  #window: ConfigWindow | undefined
  /** The snapshot that is being made or was made last: hubs that come together share it. */
  #snapshot: Promise<Snapshot> | undefined
  /** What a snapshot takes as it travels, as far as known: no delta takes more, unless it fits into one chunk. */
  #snapshotBytes = Number.POSITIVE_INFINITY

  constructor(db: Database) {
    this.#db = db
  }

  /** The newest revision that this process knows of: the last one while the database is away. */
  get revision(): number {
    return this.#window?.head.revision ?? 0
  }

  /**
   * Keeps up with the journal until the signal aborts.
   *
   * @param onLook told of each look at the database: why it did not answer, or null when it did
   */
  async run(signal: AbortSignal, onLook: (outage: DatabaseUnavailable | null) => void): Promise<void> {
    await watchHead(this.#db, {
      signal,
      onLook,
      onHead: (head) => patiently(signal, () => this.#moveTo(head), onLook),
    })
  }

  next(known: Position, seen: Position | null, signal: AbortSignal): Promise<Update> {
    return patiently(signal, () => this.#next(known, seen, signal))
  }

  async #next(known: Position, seen: Position | null, signal: AbortSignal): Promise<Update> {
    for (;;) {
      const window = this.#window
      const head = window?.head
      if (head && !samePosition(head, known) && !(seen && samePosition(head, seen))) {
        const update =
          window.updateFrom(known, this.#snapshotBytes) ?? (await this.#beyondWindow(head, known, seen))
        if (update !== 'current') return update
      }
      // Nothing is awaited between this test and the wait, so no move can be missed.
      if (head === this.#window?.head) await this.#moved(signal)
    }
  }

  /** What the window cannot give; `current` if the follower has more than the window, and no less than the journal. */
  async #beyondWindow(head: Position, known: Position, seen: Position | null): Promise<Update | 'current'> {
    const isNews = (to: Position): boolean => seen === null || !samePosition(to, seen)
    const batches = await changesAfter(this.#db, known, READ_LIMITS)
    if (batches === 'gone') return this.#sharedSnapshot(isNews)
    const last = batches.at(-1)
    if (last === undefined) return 'current'
    // What a follower has seen must never be ahead of the window, or the window would be taken for news.
    await this.#catchUp()
    const body = encodeBody(net(batches.flatMap(({ changes }) => changes)))
    if (last.revision < head.revision || body.size > largestDelta(this.#snapshotBytes))
      return this.#sharedSnapshot((to) => isNews(to) && to.revision > known.revision)
    const to = { epoch: known.epoch, revision: last.revision, hash: last.hash }
    return { kind: 'delta', from: known, to, body } satisfies Delta
  }

  /** A snapshot serves every follower that it brings forward, for as long as the window leads on from it. */
  async #sharedSnapshot(bringsForward: (to: Position) => boolean): Promise<Snapshot> {
    const shared = this.#snapshot
    if (shared !== undefined) {
      const snapshot = await shared
      if (bringsForward(snapshot.to) && this.#leadsOnFrom(snapshot.to)) return snapshot
      if (this.#snapshot === shared) this.#snapshot = undefined
    }
    this.#snapshot ??= this.#makeSnapshot()
    return this.#snapshot
  }

  #leadsOnFrom(position: Position): boolean {
    const window = this.#window
    return (
      window !== undefined && (samePosition(window.head, position) || window.updateFrom(position) !== null)
    )
  }

  #makeSnapshot(): Promise<Snapshot> {
    const made = readSnapshot(this.#db, async ({ position, changes }): Promise<Snapshot> => {
      return { kind: 'snapshot', to: position, body: await compressBody(changes) }
    }).then(async (snapshot) => {
      this.#snapshotBytes = snapshot.body.size
      await this.#catchUp()
      return snapshot
    })
    made.catch(() => {
      // A failed one must not be given to the next hub.
      if (this.#snapshot === made) this.#snapshot = undefined
    })
    return made
  }

  async #moveTo(head: Position): Promise<void> {
    // Another journal, or the same one put back: what the window holds happened elsewhere.
    if ((await this.#catchUp()) === 'gone') this.#window = new ConfigWindow(head, WINDOW_BYTES)
    this.#events.emit('moved')
  }

  /** Takes in what the journal has beyond the window. */
  async #catchUp(): Promise<'caught up' | 'gone'> {
    for (;;) {
      const window = this.#window
      if (window === undefined) return 'gone'
      const { head } = window
      const batches = await changesAfter(this.#db, head, READ_LIMITS)
      if (window !== this.#window || window.head !== head) continue // someone else took them in meanwhile
      if (batches === 'gone') return 'gone'
      if (batches.length === 0) return 'caught up'
      for (const batch of batches) window.advance(batch)
      this.#events.emit('moved')
    }
  }

  async #moved(signal: AbortSignal): Promise<void> {
    await once(this.#events, 'moved', { signal }).catch((error: unknown) => {
      signal.throwIfAborted()
      throw error
    })
  }
}
