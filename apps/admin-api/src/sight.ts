import { setTimeout as pause } from 'node:timers/promises'
import {
  type Database,
  DatabaseUnavailable,
  type JournalExtent,
  journalExtent,
  listNodes,
  type NodeRow,
} from '@biplane/database'
import type { Sample } from '@biplane/service'
import type { DatabaseState } from './database-state.ts'

/** What the database tells of the whole line, at one moment. */
export interface Sight {
  readonly journal: JournalExtent
  /** How many nodes are in each state. */
  readonly states: readonly Sample<'state'>[]
  /** The nodes with series of their own. */
  readonly nodes: readonly NodeRow[]
}

/** Well below the 10 s that Prometheus waits for all of a scrape. */
const PATIENCE_MS = 5_000
/** Rows that are read at a time: few enough to hold up no other request. */
const PAGE = 1_000
/** So many nodes have series of their own, those in trouble first. All are counted. */
const SHOWN_NODES = 1_000

export interface LookoutOptions {
  readonly db: Database
  readonly state: Pick<DatabaseState, 'unprepared' | 'isLost'>
  /** Milliseconds after last contact at which a node is listed no more. */
  readonly purgeDelay: number
  readonly patienceMs?: number
}

/** Looks at the line by way of the database, once for all who ask meanwhile: a slow database is not asked ever more. */
export class Lookout {
  readonly #options: LookoutOptions
  #looking: Promise<Sight | null> | null = null

  constructor(options: LookoutOptions) {
    this.#options = options
  }

  /** Null while the database cannot be asked: a scrape must not fail, and must wait for nothing that may never come. */
  async look(): Promise<Sight | null> {
    const { db, state, purgeDelay, patienceMs = PATIENCE_MS } = this.#options
    if (state.unprepared !== null || state.isLost) return null
    this.#looking ??= see(db, purgeDelay).finally(() => {
      this.#looking = null
    })
    const seen = new AbortController()
    const late = pause(patienceMs, null, { signal: seen.signal })
    try {
      return await Promise.race([this.#looking, late])
    } finally {
      seen.abort()
    }
  }
}

async function see(db: Database, purgeDelay: number): Promise<Sight | null> {
  try {
    const journal = await journalExtent(db)
    return toSight(journal, await allNodes(db, purgeDelay))
  } catch (error) {
    if (error instanceof DatabaseUnavailable) return null
    throw error
  }
}

async function allNodes(db: Database, purgeDelay: number): Promise<NodeRow[]> {
  const nodes: NodeRow[] = []
  let query: Parameters<typeof listNodes>[1] | null = { size: PAGE, purgeDelay }
  while (query !== null) {
    const { rows, offset }: Awaited<ReturnType<typeof listNodes>> = await listNodes(db, query)
    nodes.push(...rows)
    query = offset === undefined ? null : { size: PAGE, purgeDelay, offset }
  }
  return nodes
}

const STATES = [
  'rejected',
  'withheld',
  'behind',
  'in_sync',
  'offline',
] as const satisfies NodeRow['state']['kind'][]

export function toSight(journal: JournalExtent, rows: readonly NodeRow[]): Sight {
  const rank = ({ state }: NodeRow) => STATES.indexOf(state.kind)
  return {
    journal,
    states: STATES.map((state) => [{ state }, rows.filter((row) => row.state.kind === state).length]),
    nodes: rows.toSorted((a, b) => rank(a) - rank(b)).slice(0, SHOWN_NODES),
  }
}
