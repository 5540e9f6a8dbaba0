import { normalTarget, type TargetHealth } from '@biplane/entities'
import type { Balancers } from '../runtime/balancers.ts'
import type { Selection } from '../upstreams/pool.ts'
import { inTime } from './in-time.ts'
import type { Known } from './report-upstream.ts'

/**
 * Thinks of addresses what somebody said of them, one word after the other, the oldest first. One that is not there, or of an
 * upstream without health checks, is passed over. Waits a moment for names; what takes longer is done when they resolve.
 */
export async function markTargets(
  marks: readonly TargetHealth[],
  balancers: Balancers,
  { selection }: Pick<Known, 'selection'>,
): Promise<void> {
  for (const mark of marks.toSorted((a, b) => Number(a.updated_at) - Number(b.updated_at))) {
    const upstream = balancers.ofTarget(mark.target.id)
    if (upstream === undefined) continue
    const selected = selection(upstream)
    await inTime(selected instanceof Promise ? selected.then((one) => say(mark, one)) : say(mark, selected))
  }
}

function say(
  { target, address: wanted, health: word }: TargetHealth,
  { addresses, health }: Selection,
): void {
  for (const address of addresses) {
    const isMeant = typeof wanted !== 'string' || normalTarget(address.key) === wanted
    if (address.target === target.id && isMeant && (word === 'healthy' || word === 'unhealthy'))
      health.mark(address, word)
  }
}
