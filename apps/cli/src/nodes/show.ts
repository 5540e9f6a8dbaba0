import { shortAge } from '../frame/age.ts'
import { asTable, clipped, padded, widest } from '../frame/table.ts'
import { countStates, type Fleet, revisionsBehind } from './fleet.ts'
import type { Node } from './node.ts'

export type Paint = (colour: 'green' | 'yellow' | 'red', text: string) => string

interface Column {
  readonly head: string
  cell(node: Node, fleet: Fleet, paint: Paint): string
}

/** A narrow terminal goes without the last of them, as many as it takes, but never without the first six. */
const COLUMNS: readonly Column[] = [
  { head: 'NODE', cell: ({ hostname }) => hostname },
  { head: 'ID', cell: ({ id }) => shortId(id) },
  { head: 'STATE', cell: ({ state }, _fleet, paint) => paint(colourOf(state), state) },
  { head: 'REVISION', cell: ({ revision }) => String(revision) },
  { head: 'LAG', cell: (node, fleet) => String(revisionsBehind(node, fleet) ?? '?') },
  { head: 'SEEN', cell: ({ lastSeen }, fleet) => shortAge(secondsBefore(fleet, lastSeen)) },
  { head: 'VERSION', cell: ({ version }) => version },
  { head: 'HUB', cell: ({ hub }) => shortId(hub) },
]
const INDISPENSABLE = 6
const NARROWEST_NAME = 8
/** Where less than this is left beside the table, problems go below their node. */
const NARROWEST_PROBLEM = 40

/**
 * The table of nodes and a line that sums it up. What is wrong with a node stands beside it, or below it where that is
 * too narrow.
 *
 * @param width columns that a line may take; `Infinity` where nothing has to fit
 */
export function showFleet(fleet: Fleet, width: number, paint: Paint): string[] {
  if (fleet.nodes.length === 0) return ['No node has been seen yet.']
  const table = fitting(COLUMNS, fleet, width, paint)
  const problems = fleet.nodes.map((node) => node.problem || offlineFor(node, fleet) || expiring(node, fleet))
  return [...withProblems(table, problems, width), '', summary(fleet)]
}

function fitting(columns: readonly Column[], fleet: Fleet, width: number, paint: Paint): string[] {
  const table = drawn(columns, fleet, paint, Number.POSITIVE_INFINITY)
  const excess = widest(table) - width
  if (excess <= 0) return table
  if (columns.length > INDISPENSABLE) return fitting(columns.slice(0, -1), fleet, width, paint)
  const names = widest(fleet.nodes.map(({ hostname }) => hostname))
  return drawn(columns, fleet, paint, Math.max(NARROWEST_NAME, names - excess))
}

function drawn(columns: readonly Column[], fleet: Fleet, paint: Paint, nameWidth: number): string[] {
  const rows = fleet.nodes.map((node) => {
    const [name = '', ...others] = columns.map(({ cell }) => cell(node, fleet, paint))
    return [clipped(name, nameWidth), ...others]
  })
  return asTable([columns.map(({ head }) => head), ...rows])
}

function withProblems(
  table: readonly string[],
  problems: readonly string[],
  width: number,
): readonly string[] {
  const longest = widest(problems)
  if (longest === 0) return table
  const tableWidth = widest(table)
  const room = width - tableWidth - 2
  if (room >= Math.min(longest, NARROWEST_PROBLEM)) {
    const texts = ['PROBLEM', ...problems]
    return table.map((line, i) => `${padded(line, tableWidth)}  ${clipped(texts[i] ?? '', room)}`.trimEnd())
  }
  return table.flatMap((line, i) => {
    const problem = problems[i - 1] ?? ''
    return problem === '' ? [line] : [line, `  ${clipped(problem, width - 2)}`]
  })
}

function summary({ nodes, ...fleet }: Fleet): string {
  const states = countStates({ ...fleet, nodes }).map(([state, count]) => `${count} ${state}`)
  return `${nodes.length === 1 ? '1 node' : `${nodes.length} nodes`}: ${states.join(', ')}`
}

function offlineFor({ offlineSince }: Node, fleet: Fleet): string {
  return offlineSince === null ? '' : `offline for ${shortAge(secondsBefore(fleet, offlineSince))}`
}

/** While there is still time to replace it. */
const EXPIRES_SOON = 30 * 86_400

function expiring({ certificateExpiresAt }: Node, fleet: Fleet): string {
  if (certificateExpiresAt === null) return ''
  const left = -secondsBefore(fleet, certificateExpiresAt)
  if (left > EXPIRES_SOON) return ''
  return left > 0 ? `its certificate expires in ${shortAge(left)}` : 'its certificate has expired'
}

function secondsBefore({ at }: Fleet, time: number): number {
  return at.getTime() / 1000 - time
}

function colourOf(state: string): 'green' | 'yellow' | 'red' {
  if (state === 'in_sync') return 'green'
  return state === 'behind' ? 'yellow' : 'red'
}

function shortId(id: string): string {
  return id.slice(0, 8)
}
