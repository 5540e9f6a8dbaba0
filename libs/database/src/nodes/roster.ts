import type { RosterReport } from '@biplane/protocol'
import type { Database } from '../database.ts'

/**
 * Renews the lease of a hub's session: without it for 5 s, the nodes of that hub no longer count as connected. A session
 * starts with its first complete roster; before that, and after a newer session started, this changes nothing.
 */
export async function hubHeartbeat(_db: Database, _hubId: string, _hubSession: number): Promise<void> {
  throw new Error('not written yet')
}

/**
 * Takes a hub's report. `stale` when another, newer session of that hub is alive: nothing was changed then. Each row
 * applies by the session rules of its node; a complete roster also marks the hub's other nodes offline.
 */
export async function applyRoster(
  _db: Database,
  _hubId: string,
  _hubSession: number,
  _report: RosterReport,
): Promise<'applied' | 'stale'> {
  throw new Error('not written yet')
}
