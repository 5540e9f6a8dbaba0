import type { AdminApi } from '../admin/client.ts'
import { Failure } from '../frame/failure.ts'
import { isObject, type Node, readNode } from './node.ts'

/** All nodes of a cluster at one moment. */
export interface Fleet {
  /** By the clock of the Admin API. */
  readonly at: Date
  /** By hostname, then by id. */
  readonly nodes: readonly Node[]
}

const PAGE = 1000

/** Reads every page of the list, each within `patienceMs` where that is given. @throws Failure */
export async function readFleet(api: AdminApi, signal: AbortSignal, patienceMs?: number): Promise<Fleet> {
  const nodes: Node[] = []
  let at = new Date()
  for (let path: string | null = `/clustering/data-planes?size=${PAGE}`; path !== null; ) {
    const answer = await api.get(path, signal, patienceMs)
    const { data, next } = readPage(answer.body)
    nodes.push(...data.map(readNode))
    at = answer.at
    path = next
  }
  return { at, nodes: nodes.toSorted((a, b) => compare(a.hostname, b.hostname) || compare(a.id, b.id)) }
}

/** The same, with a failure as a value: for those who look again. */
export async function lookAt(
  api: AdminApi,
  signal: AbortSignal,
  patienceMs?: number,
): Promise<Fleet | Failure> {
  try {
    return await readFleet(api, signal, patienceMs)
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

/**
 * How many revisions the node lacks of the newest one that any node is to have. Null for a node that is behind by what the
 * list cannot tell: its hub has nothing newer yet either, or the journal is another one.
 */
export function revisionsBehind(node: Node, { nodes }: Fleet): number | null {
  if (node.state === 'in_sync') return 0
  const newest = nodes.reduce((most, { desiredRevision }) => Math.max(most, desiredRevision), 0)
  const behind = Math.max(0, newest - node.revision)
  return behind === 0 && node.state === 'behind' ? null : behind
}

/** How many nodes there are in each state, the most frequent first. */
export function countStates({ nodes }: Fleet): [state: string, count: number][] {
  const counts = new Map<string, number>()
  for (const { state } of nodes) counts.set(state, (counts.get(state) ?? 0) + 1)
  return [...counts].toSorted(([a, countA], [b, countB]) => countB - countA || compare(a, b))
}

/** For programs: the rows as they were told, with what was computed of them. */
export function toJson(fleet: Fleet): object {
  return {
    at: fleet.at.toISOString(),
    states: Object.fromEntries(countStates(fleet)),
    nodes: fleet.nodes.map((node) => ({ ...node.row, revisions_behind: revisionsBehind(node, fleet) })),
  }
}

function readPage(body: unknown): { data: unknown[]; next: string | null } {
  if (!isObject(body) || !Array.isArray(body.data))
    throw new Failure('what answers there is no Admin API of a control plane: it lists no data planes')
  return { data: body.data, next: typeof body.next === 'string' ? body.next : null }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
