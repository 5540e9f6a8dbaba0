import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { admit } from '@biplane/compat'
import { countStates, type Fleet, readFleet, revisionsBehind } from '../nodes/fleet.ts'
import type { Node } from '../nodes/node.ts'
import type { Check } from './check.ts'
import { type Finding, fine, problem, warning } from './finding.ts'
import type { Installation } from './installation.ts'

/** Every node as the control plane lists it; for a node, itself; for a hub, those that are attached to it. */
export const nodes: Check = {
  name: 'nodes',
  limitMs: 30_000,
  async examine({ installation, contacts, signal }) {
    const admin = await contacts.admin()
    if (admin.kind !== 'reached') return []
    const fleet = await readFleet(admin.api, signal)
    const { app } = installation
    if (app === 'admin-api') return judgeFleet(fleet, fleet.nodes, admin.version)
    const id = identityOf(installation)
    if (id === undefined) return []
    if (app === 'sync-hub')
      return judgeFleet(
        fleet,
        fleet.nodes.filter(({ hub }) => hub === id),
        admin.version,
      )
    const own = fleet.nodes.find((node) => node.id === id)
    if (own !== undefined) return [judgeNode(own, fleet, admin.version)]
    return [
      warning(
        id,
        'is not known to the control plane',
        'see the links: a hub tells of a node that it has met',
      ),
    ]
  },
}

const MOST_TOLD = 20

export function judgeFleet(fleet: Fleet, told: readonly Node[], version: string): Finding[] {
  const states = countStates({ ...fleet, nodes: told }).map(([state, count]) => `${count} ${state}`)
  const faults = told
    .map((node) => judgeNode(node, fleet, version))
    .filter(({ level }) => level !== 'ok')
    .toSorted((a, b) => Number(a.level === 'warning') - Number(b.level === 'warning'))
  const more = faults.length - MOST_TOLD
  return [
    fine('all', told.length === 0 ? 'no node has been seen yet' : states.join(', ')),
    ...(told.length === 0 ? [] : [fine('releases', releasesOf(told, version))]),
    ...faults.slice(0, MOST_TOLD),
    ...(more > 0
      ? [warning('others', `${more} more are not as they should be`, 'biplane nodes lists them')]
      : []),
  ]
}

/** How many nodes are of which release, and how the control plane takes them in. */
function releasesOf(told: readonly Node[], controlPlane: string): string {
  const counts = new Map<string, number>()
  for (const { version } of told) counts.set(version, (counts.get(version) ?? 0) + 1)
  return [...counts]
    .toSorted(([a], [b]) => b.localeCompare(a, 'en', { numeric: true }))
    .map(([version, count]) => `${count} of ${version}${ADMITTED[admissionOf(version, controlPlane)]}`)
    .join(', ')
}

const ADMITTED = {
  same_major_minor: '',
  dp_minor_older: ' (an older minor, which gets what it understands)',
  refused: ' (not admitted)',
} as const

function admissionOf(version: string, controlPlane: string): keyof typeof ADMITTED {
  const admission = admit(controlPlane, { nodeId: 'any', version })
  return admission.kind === 'admitted' ? admission.reason : 'refused'
}

function judgeNode(node: Node, fleet: Fleet, controlPlane: string): Finding {
  const subject = `${node.hostname} ${node.id}`
  const admission = admit(controlPlane, { nodeId: node.id, version: node.version })
  if (admission.kind === 'refused')
    return problem(
      subject,
      admission.withheld.message,
      'upgrade the control plane first, or take another release there',
    )
  const runs = `release ${node.version}, revision ${node.revision}`
  switch (node.state) {
    case 'in_sync':
      return fine(subject, `in sync; ${runs}`)
    case 'behind':
      return fine(subject, `behind by ${revisionsBehind(node, fleet)} revisions, for the moment; ${runs}`)
    case 'rejected':
      return problem(
        subject,
        `rejected the config and goes on with what it has: ${node.problem}; ${runs}`,
        'change the entity that is named; a disk that is full is tried again by itself',
      )
    case 'withheld':
      return problem(
        subject,
        `gets no config: ${node.problem}; ${runs}`,
        'take back what it cannot understand, or upgrade it',
      )
    case 'offline':
      return warning(
        subject,
        `not heard of since ${new Date((node.offlineSince ?? node.lastSeen) * 1000).toISOString()}; ${runs}`,
        'run biplane doctor there; the row of a node that is gone for good goes away by itself',
      )
    default:
      return warning(
        subject,
        `is in a state that this release does not know: ${node.state}`,
        'upgrade biplane',
      )
  }
}

/** As hub and node keep it. */
function identityOf({ settings: { node_id, prefix } }: Installation): string | undefined {
  if (node_id !== null && node_id !== undefined) return node_id
  if (prefix === undefined) return undefined
  const file = join(prefix, 'kong.id')
  return existsSync(file) ? readFileSync(file, 'utf8').trim().toLowerCase() : undefined
}
