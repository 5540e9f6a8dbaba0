import type { RouterFlavor } from '@biplane/entities'
import type { Change, Violation } from '@biplane/protocol'
import { UnfitRoute } from './flavor.ts'

/** What a route is told that says what it matches in words of another flavour than the node has; null for any other change. */
export function otherFlavor(
  change: Change,
  flavor: RouterFlavor,
): Pick<Violation, 'field' | 'message'> | null {
  if (change.kind !== 'routes' || change.op !== 'upsert') return null
  const { expression } = change.entity
  const isSaid = typeof expression === 'string'
  if (isSaid === (flavor === 'expressions')) return null
  return isSaid ? noExpression() : expressionMissing()
}

export function noExpression(): UnfitRoute {
  return new UnfitRoute('expression', 'needs router_flavor = expressions on this node')
}

export function expressionMissing(): UnfitRoute {
  return new UnfitRoute('expression', 'is missing, which router_flavor = expressions of this node needs')
}
