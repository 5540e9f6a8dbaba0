import type { NodeRow } from '@biplane/database'
import type { Change, Reduction, Understanding, WithheldReason } from '@biplane/protocol'
import { type Impact, impactOf } from './impact.ts'

/** A connected node to which a write would not come as it is. */
export interface Verdict {
  readonly id: string
  readonly hostname: string
  readonly version: string
  /** Why it would be given no config at all; null if it would. */
  readonly withheld: WithheldReason | null
  /** What of the write it would not be told. */
  readonly reductions: readonly Reduction[]
}

export interface Outlook {
  /** What followers would get. */
  readonly changes: readonly Change[]
  /** What could keep the config after the write from a node, as upserts; asked for only if some node is without now. */
  readonly standing: readonly Change[]
}

/** Those that would be withheld first. */
export function verdicts(nodes: readonly NodeRow[], { changes, standing }: Outlook): readonly Verdict[] {
  const impacts = perUnderstanding((each) => impactOf(changes, each))
  const obstacles = perUnderstanding((each) => impactOf(standing, each))
  const told = nodes
    .filter(({ state }) => state.kind !== 'offline')
    .map(({ id, hostname, version, understanding, state }): Verdict => {
      const now = reasonOf(state)
      // A node of the wrong version stays without, whatever is written.
      if (understanding === null) return { id, hostname, version, withheld: now, reductions: [] }
      const { withheld, reductions } = impacts(understanding)
      const left = now === null ? null : obstacles(understanding).withheld
      const why = withheld ?? left
      return { id, hostname, version, withheld: why, reductions: why === null ? reductions : [] }
    })
  return told
    .filter(({ withheld, reductions }) => withheld !== null || reductions.length > 0)
    .toSorted((a, b) => Number(a.withheld === null) - Number(b.withheld === null))
}

/** What the nodes understand that are given nothing now though they are of the right version: of them it matters what a write leaves. */
export function understandingsWithheld(nodes: readonly NodeRow[]): readonly Understanding[] {
  return nodes.flatMap(({ state, understanding }) =>
    understanding === null || reasonOf(state) === null ? [] : [understanding],
  )
}

/** Why a node is given nothing, other than that there is nothing yet. */
function reasonOf(state: NodeRow['state']): WithheldReason | null {
  return state.kind === 'withheld' && state.reason.kind !== 'source_empty' ? state.reason : null
}

/** Most nodes understand the same. */
function perUnderstanding(impact: (understanding: Understanding) => Impact) {
  const known = new Map<string, Impact>()
  return (understanding: Understanding): Impact => {
    const key = JSON.stringify(understanding)
    const found = known.get(key) ?? impact(understanding)
    known.set(key, found)
    return found
  }
}
