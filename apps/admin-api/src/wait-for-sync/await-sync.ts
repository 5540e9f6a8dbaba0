import { setTimeout as pause } from 'node:timers/promises'
import { DatabaseUnavailable, type Missing } from '@biplane/database'
import type { NodeReport } from '@biplane/protocol'
import { type Verdict, verdictOn } from './verdict.ts'

const POLL_MS = 50
/** So many nodes are named; all are counted. */
const NAMED_NODES = 100

export interface MissingNode {
  readonly report: NodeReport
  readonly verdict: Verdict
}

/** How a revision has spread: `synced` when every connected, compatible node has it. */
export interface Spread {
  readonly kind: 'synced' | 'incomplete' | 'unknown'
  /** How many connected nodes do not have it, compatible or not. */
  readonly total: number
  /** The first of them. */
  readonly nodes: readonly MissingNode[]
}

export interface AwaitOptions {
  missing(revision: number, limit: number): Promise<Missing>
  readonly revision: number
  /** Aborts when nobody waits any more. */
  readonly signal: AbortSignal
}

/** Looks until the revision has spread, or cannot spread further, or the signal aborts. It polls: the hubs tell by way of the database. */
export async function awaitSync({ missing, revision, signal }: AwaitOptions): Promise<Spread> {
  let spread: Spread = { kind: 'unknown', total: 0, nodes: [] }
  for (;;) {
    const began = performance.now()
    spread = await look(missing, revision, spread)
    const mayGoOn = spread.kind === 'unknown' || spread.nodes.some(({ verdict }) => verdict === 'pending')
    if (signal.aborted || !mayGoOn) return spread
    // A database that is slow is asked less often.
    await pause(Math.max(POLL_MS, 2 * (performance.now() - began)), undefined, { signal }).catch(() => null)
  }
}

async function look(missing: AwaitOptions['missing'], revision: number, before: Spread): Promise<Spread> {
  try {
    const { total, nodes } = await missing(revision, NAMED_NODES)
    const judged = nodes.map((report) => ({ report, verdict: verdictOn(report, revision) }))
    const isSynced = judged.length === total && judged.every(({ verdict }) => verdict === 'withheld')
    return { kind: isSynced ? 'synced' : 'incomplete', total, nodes: judged }
  } catch (error) {
    if (error instanceof DatabaseUnavailable) return before
    throw error
  }
}
