import type { NodeReport, Watermark } from '@biplane/protocol'

/** So many nodes are named as exceptions. With more of them, the mark is where all but these are. */
const MOST_BELOW = 64

/**
 * What connected nodes have applied at least, the highest that can be told of them; null where there are none. A node that
 * something is left out for has not applied what it has: its row tells what.
 */
export function watermarkOf(
  connected: readonly NodeReport[],
  epoch: string,
  most = MOST_BELOW,
): Watermark | null {
  const applied = connected.map(({ nodeId, applied, quarantined }) => ({
    nodeId,
    revision: applied.epoch === epoch && quarantined.length === 0 ? applied.revision : 0,
  }))
  const ascending = Float64Array.from(applied, ({ revision }) => revision).sort()
  const revision = ascending[Math.min(most, ascending.length - 1)]
  if (revision === undefined) return null
  return { epoch, revision, below: applied.filter((each) => each.revision < revision) }
}
