import type { NodeRow } from '@biplane/database'
import type { TargetHealth, TargetState } from '@biplane/protocol'

/** What one node thinks, in Kong's words; UNKNOWN where it has not told. */
export type ViewHealth = TargetState | 'UNKNOWN'

/** The worst first: what one node has lost is lost for the clients of that node. */
const BY_SEVERITY: readonly ViewHealth[] = [
  'UNHEALTHY',
  'DNS_ERROR',
  'UNKNOWN',
  'HEALTHCHECKS_OFF',
  'HEALTHY',
]

/** So many nodes are named; all are counted. */
const NAMED_NODES = 50

/** A connected node that was asked what it thinks of an upstream. */
export type Asked = Pick<NodeRow, 'id' | 'hostname' | 'applied' | 'opinion'>

export interface NodeView {
  readonly node: Asked
  readonly health: ViewHealth
  /** What it has told of the target in question, where it did. */
  readonly told: TargetHealth | null
}

/** What a node thinks of a target. */
export function viewOfTarget(node: Asked, targetId: string): NodeView {
  const told = node.opinion?.upstream?.targets.find(({ id }) => id === targetId) ?? null
  return { node, told, health: told?.health ?? ofWhatIsNotTold(node) }
}

/** What a node thinks of the upstream as a whole. */
export function viewOfUpstream(node: Asked): NodeView {
  const usable = node.opinion?.upstream?.usable
  if (usable === undefined) return { node, told: null, health: ofWhatIsNotTold(node) }
  return { node, told: null, health: usable ? 'HEALTHY' : 'UNHEALTHY' }
}

/** The truth about all nodes: the worst that any of them thinks. UNKNOWN only where none has told. */
export function worst(healths: readonly ViewHealth[]): ViewHealth {
  return BY_SEVERITY.find((health) => health !== 'UNKNOWN' && healths.includes(health)) ?? 'UNKNOWN'
}

/** Nodes as they are shown: the worst first, and how many think what. Several words there mean that they differ. */
export function shownNodes(views: readonly NodeView[]) {
  const sorted = views.toSorted(
    (a, b) =>
      BY_SEVERITY.indexOf(a.health) - BY_SEVERITY.indexOf(b.health) || (a.node.id < b.node.id ? -1 : 1),
  )
  const groups = Map.groupBy(sorted, ({ health }) => health)
  return {
    nodes: sorted.slice(0, NAMED_NODES).map(shownNode),
    nodes_by_health: Object.fromEntries([...groups].map(([health, those]) => [health, those.length])),
  }
}

function shownNode({ node: { id, hostname, opinion }, health, told }: NodeView) {
  const out = told?.addresses.filter(({ unhealthySince }) => unhealthySince !== null) ?? []
  const since = out.map(({ unhealthySince }) => unhealthySince ?? 0)
  return {
    id,
    hostname,
    health,
    since: since.length === 0 ? null : seconds(Math.min(...since)),
    unhealthy_addresses: out.map(({ ip, port }) => addressName(ip, port)),
    told_at: opinion ? seconds(opinion.toldAt) : null,
  }
}

export function addressName(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
}

/** A node without a config has nothing to tell of, which says nothing. */
function ofWhatIsNotTold({ opinion, applied }: Asked): ViewHealth {
  return opinion && !opinion.incomplete && applied.revision > 0 ? 'HEALTHY' : 'UNKNOWN'
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000)
}
