import { setTimeout as pause } from 'node:timers/promises'
import { DatabaseUnavailable, type JournalExtent, type NodeRow } from '@biplane/database'
import type { Sample } from '@biplane/service'
import type { Backend } from './backend.ts'
import { everyNode } from './every-node.ts'

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
/** So many nodes have series of their own, those in trouble first. All are counted. */
const SHOWN_NODES = 1_000

type Observed = Pick<Backend, 'nodes' | 'extent' | 'condition'>

export interface LookoutOptions {
  readonly backend: Observed
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
    const { backend, patienceMs = PATIENCE_MS } = this.#options
    if (backend.condition.unprepared !== null || backend.condition.isLost) return null
    this.#looking ??= see(backend).finally(() => {
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

async function see({ nodes, extent }: Observed): Promise<Sight | null> {
  try {
    return toSight(await extent(), await everyNode(nodes))
  } catch (error) {
    if (error instanceof DatabaseUnavailable) return null
    throw error
  }
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
