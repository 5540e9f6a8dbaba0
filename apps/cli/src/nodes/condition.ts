import { EXIT } from '../frame/exit-code.ts'
import { Failure } from '../frame/failure.ts'
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

export interface ConditionOptions {
  readonly check?: true
  readonly waitFor?: string
  /** Seconds. */
  readonly timeout?: number
  readonly atLeast?: number
  readonly ignoreOffline?: true
}

/** @throws Failure for options that mean nothing without another one */
export function conditionOf(options: ConditionOptions): Condition | undefined {
  const { check, waitFor, atLeast, ignoreOffline = false } = options
  if (waitFor === undefined && options.timeout !== undefined)
    throw new Failure('--timeout says how long --wait-for waits: give both', { exitCode: EXIT.usage })
  if (waitFor !== undefined) return { state: waitFor, atLeast: atLeast ?? 1, ignoreOffline }
  if (check === true) return { state: 'in_sync', atLeast: atLeast ?? 0, ignoreOffline }
  if (atLeast !== undefined || ignoreOffline)
    throw new Failure('--at-least and --ignore-offline belong to --check or --wait-for', {
      exitCode: EXIT.usage,
    })
  return undefined
}

/** Whether every node that counts is in the state, and there are enough of them. */
export function isMet(fleet: Fleet, condition: Condition): boolean {
  const counted = countedNodes(fleet, condition)
  return counted.length >= condition.atLeast && counted.every(({ state }) => state === condition.state)
}

/** How far it is from being met, as people say it. */
export function describeCondition(fleet: Fleet, condition: Condition): string {
  const { state } = condition
  const counted = countedNodes(fleet, condition)
  const there = counted.filter((node) => node.state === state).length
  const wanted = Math.max(counted.length, condition.atLeast)
  return `${state}: ${there} of ${wanted === 1 ? '1 node' : `${wanted} nodes`}`
}

function countedNodes({ nodes }: Fleet, { ignoreOffline }: Condition): readonly Node[] {
  return ignoreOffline ? nodes.filter(({ state }) => state !== 'offline') : nodes
}
