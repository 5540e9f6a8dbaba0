import { normalTarget, type TargetHealth } from '@biplane/entities'
import type { Balancers } from '../runtime/balancers.ts'
import type { Selection } from '../upstreams/pool.ts'
import { inTime } from './in-time.ts'
import type { Known } from './report-upstream.ts'

/**
 * Thinks of addresses what somebody said of them: of whole targets first, then of single addresses. A newer word for a target
 * took off those for its addresses, so that is the order in which they were said, by whatever clocks. A word for what is not
 * there, or of an upstream without health checks, is passed over. Waits a moment for names; what takes longer is done when
 * they resolve.
 *
 * @param marks at most one for a target, and one for each of its addresses
 */
export async function markTargets(
  marks: readonly TargetHealth[],
  balancers: Balancers,
  { selection }: Pick<Known, 'selection'>,
): Promise<void> {
  const inOrder = marks.toSorted((a, b) => Number(isOfOne(a)) - Number(isOfOne(b)))
  const perUpstream = Map.groupBy(inOrder, ({ target }) => balancers.ofTarget(target.id))
  const unresolved: Promise<void>[] = []
  for (const [upstream, said] of perUpstream) {
    if (upstream === undefined) continue
    const selected = selection(upstream)
    if (selected instanceof Promise) unresolved.push(selected.then((one) => sayAll(said, one)))
    else sayAll(said, selected)
  }
  await inTime(Promise.all(unresolved))
}

function sayAll(marks: readonly TargetHealth[], selection: Selection): void {
  for (const mark of marks) say(mark, selection)
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

function isOfOne({ address }: TargetHealth): boolean {
  return typeof address === 'string'
}
