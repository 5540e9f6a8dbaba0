import type { Entity } from '@biplane/entities'
import { type Asked, shownNodes, type ViewHealth, viewOfTarget, viewOfUpstream, worst } from './node-view.ts'
import { addressesOf, placeOf, type ShownAddress } from './target-addresses.ts'

/** The health of a target: Kong's fields with what is true of all nodes, and what each of them thinks. */
export function targetRow(
  target: Entity,
  checked: boolean,
  nodes: readonly Asked[],
  marks: readonly Entity[],
) {
  const configured = { target: String(target.target), weight: Number(target.weight ?? 0) }
  const judged = checked && configured.weight > 0
  const views = judged ? nodes.map((node) => viewOfTarget(node, target.id)) : []
  const { ip: host, port } = placeOf(configured.target)
  const addresses = addressesOf(configured, views).map((address) =>
    judged ? address : { ...address, health: 'HEALTHCHECKS_OFF' as const },
  )
  const dns = views.flatMap(({ told }) => told?.dns ?? [])[0] ?? null
  return {
    health: judged ? worst(views.map(({ health }) => health)) : ('HEALTHCHECKS_OFF' as const),
    data: { host, port, dns, nodeWeight: configured.weight, weight: weightOf(addresses), addresses },
    ...shownNodes(views),
    manual: marks.map(({ address, health, updated_at }) => ({ address, health, set_at: updated_at })),
  }
}

/** The health of an upstream as a whole. */
export function upstreamRow(id: string, checked: boolean, nodes: readonly Asked[]) {
  const views = checked ? nodes.map(viewOfUpstream) : []
  const health: ViewHealth = checked ? worst(views.map((view) => view.health)) : 'HEALTHCHECKS_OFF'
  const told = nodes.flatMap(({ opinion }) => opinion?.upstream ?? [])
  // That of the node that has the least left.
  const [least] = told.toSorted((a, b) => share(a) - share(b))
  const weight = least && {
    total: least.weight,
    available: least.availableWeight,
    unavailable: least.weight - least.availableWeight,
  }
  return {
    id,
    health,
    balancer_health: health,
    ...(checked && weight && { details: { healthy: health === 'HEALTHY', weight } }),
    ...shownNodes(views),
  }
}

function share({
  weight,
  availableWeight,
}: {
  readonly weight: number
  readonly availableWeight: number
}): number {
  return weight === 0 ? 0 : availableWeight / weight
}

/** What is not known to be out is counted as available, as nodes do. */
function weightOf(addresses: readonly Pick<ShownAddress, 'weight' | 'health'>[]) {
  const total = addresses.reduce((sum, { weight }) => sum + weight, 0)
  const out = addresses.filter(({ health }) => health === 'UNHEALTHY')
  const unavailable = out.reduce((sum, { weight }) => sum + weight, 0)
  return { total, available: total - unavailable, unavailable }
}
