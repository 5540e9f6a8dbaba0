import type { Fleet } from './fleet.ts'
import type { Node } from './node.ts'

export const STATES = ['in_sync', 'behind', 'rejected', 'withheld', 'offline'] as const

/** What a script asks of the nodes. */
export interface Condition {
  readonly state: string
  /** How many nodes there must be. */
  readonly atLeast: number
  /** Nodes that are gone for good stay in the list for days. */
  readonly ignoreOffline: boolean
}

/** Whether every node that counts is in the state, and there are enough of them. */
export function isMet(fleet: Fleet, condition: Condition): boolean {
  const counted = countedNodes(fleet, condition)
  return counted.length >= condition.atLeast && counted.every(({ state }) => state === condition.state)
}

/** How far it is from being met, as people say it. */
export function describeCondition(fleet: Fleet, condition: Condition): string {
  const counted = countedNodes(fleet, condition)
  const there = counted.filter(({ state }) => state === condition.state).length
  const wanted = Math.max(counted.length, condition.atLeast)
  return `${there} of ${wanted === 1 ? '1 node' : `${wanted} nodes`} ${there === 1 ? 'is' : 'are'} ${condition.state}`
}

function countedNodes({ nodes }: Fleet, { ignoreOffline }: Condition): readonly Node[] {
  return ignoreOffline ? nodes.filter(({ state }) => state !== 'offline') : nodes
}
