import { isDeepStrictEqual } from 'node:util'
import type { Row } from '../client.ts'

export type Kind = 'services' | 'routes' | 'consumers' | 'plugins' | 'keyauth_credentials'

/** What a write makes of one entity. */
export interface Effect {
  readonly kind: Kind
  readonly id: string
  /** The entities that it refers to, and goes with. */
  readonly parents: readonly string[]
  /** What the entity then is, as far as it is written; its `tags` are another with each write. Null where it is deleted. */
  readonly after: Row | null
}

export interface Write {
  /** Such as `PATCH /routes/… {…} by admin-api-2`. */
  readonly text: string
  /** All of them, or none. */
  readonly effects: readonly Effect[]
}

/** What one writer, who alone writes them, knows of its entities. */
export interface Entry {
  readonly kind: Kind
  readonly id: string
  readonly parents: readonly string[]
  /** By the last answer; null where it is not there. */
  readonly known: Row | null
  /** What it may be instead, because a write got no answer. */
  readonly maybe: readonly Doubt[]
  /** Not to be touched before it was judged, because a write of several entities got no answer. */
  readonly parked: boolean
}

interface Doubt {
  readonly after: Row | null
  readonly write: Write
  /** It is still being waited for, so it may be done after whatever is done now. */
  readonly hangs: boolean
}

export class Ledger {
  readonly #entries = new Map<string, Entry>()

  get entries(): readonly Entry[] {
    return [...this.#entries.values()]
  }

  /** Entities that are there without a doubt. */
  sure(kind: Kind): readonly Entry[] {
    return this.entries.filter((entry) => entry.kind === kind && isSure(entry) && entry.known !== null)
  }

  isSure(id: string): boolean {
    const entry = this.#entries.get(id)
    return entry === undefined || isSure(entry)
  }

  get(id: string): Entry | undefined {
    return this.#entries.get(id)
  }

  /** An entity and all that is deleted with it. */
  withChildren(id: string): readonly Entry[] {
    const own = this.#entries.get(id)
    const children = this.entries.filter(({ parents }) => parents.includes(id))
    return [...(own === undefined ? [] : [own]), ...children.flatMap((child) => this.withChildren(child.id))]
  }

  /** It was answered that the write was done, which also tells what became of those before it. */
  done({ effects }: Write): void {
    for (const effect of effects) {
      const { known = null, maybe = [] } = this.#entries.get(effect.id) ?? {}
      // Deleting what is not there succeeds too, so a create on its way may come after it.
      const isLate = ({ hangs }: Doubt): boolean => hangs || (effect.after === null && known === null)
      this.#set({ ...effect, known: effect.after, maybe: maybe.filter(isLate), parked: false })
    }
  }

  /** Nobody knows whether it was done; while it `hangs`, not even whether it will be. */
  unanswered(write: Write, hangs: boolean): void {
    for (const { after, ...effect } of write.effects) {
      const { known = null, maybe = [] } = this.#entries.get(effect.id) ?? {}
      const parked = write.effects.length > 1
      this.#set({ ...effect, known, maybe: [...maybe, { after, write, hangs }], parked })
    }
  }

  /** Every write is over: says what is there that must not be, or is not that must, and takes what is there for known. */
  judge(rows: ReadonlyMap<string, Row>): readonly string[] {
    const faults = [...this.entries.flatMap((entry) => faultsOf(entry, rows.get(entry.id) ?? null))]
    faults.push(...this.#halves(rows))
    for (const entry of this.entries) {
      const row = rows.get(entry.id) ?? null
      const found = candidates(entry).find((each) => isShown(each, row)) ?? null
      if (found === null) this.#entries.delete(entry.id)
      else this.#set({ ...entry, known: found, maybe: [], parked: false })
    }
    return faults
  }

  /** Writes that were done for some of their entities only. */
  #halves(rows: ReadonlyMap<string, Row>): readonly string[] {
    const parked = this.entries.filter((entry) => entry.parked)
    const writes = new Set(parked.flatMap(({ maybe }) => maybe.slice(-1).map(({ write }) => write)))
    return [...writes].flatMap((write) => {
      const shown = write.effects.map(({ id, after }) => isShown(after, rows.get(id) ?? null))
      return new Set(shown).size > 1 ? [`only half of it was done: ${write.text}`] : []
    })
  }

  #set({ kind, id, parents, known, maybe, parked }: Entry): void {
    this.#entries.set(id, { kind, id, parents, known, maybe, parked })
  }
}

function isSure({ maybe, parked }: Entry): boolean {
  return maybe.length === 0 && !parked
}

function candidates({ known, maybe }: Entry): readonly (Row | null)[] {
  return [known, ...maybe.map(({ after }) => after)]
}

/** Whether a row is what was written, whatever else it has. */
export function isShown(written: Row | null, row: Row | null): boolean {
  return written === null || row === null ? written === row : isWithin(written, row)
}

/** Members of objects that were not written have defaults. */
function isWithin(written: unknown, shown: unknown): boolean {
  if (typeof written !== 'object' || written === null || Array.isArray(written))
    return isDeepStrictEqual(written, shown)
  return Object.entries(written).every(([name, value]) => isWithin(value, Object(shown)[name]))
}

function faultsOf(entry: Entry, row: Row | null): readonly string[] {
  if (candidates(entry).some((each) => isShown(each, row))) return []
  const { kind, id, known, maybe } = entry
  const others = maybe.map(
    ({ after, write }) => `or ${JSON.stringify(after)} by the unanswered ${write.text}`,
  )
  return [
    [`${kind} ${id} is ${JSON.stringify(row)}`, `acknowledged was ${JSON.stringify(known)}`, ...others].join(
      '\n  ',
    ),
  ]
}
