import type { Fleet } from './fleet.ts'
import { type Node, readNode } from './node.ts'

/** When every fleet of a spec is looked at. */
export const NOW = Date.parse('2026-01-01T00:00:00Z') / 1000

/** A row of the list, of a node that is in sync at revision 7. */
export function aRow(more: object = {}): object {
  return {
    id: '34b82455-2018-4ba6-af48-71d24f56b3f2',
    hostname: 'node-1',
    version: '3.4.0',
    state: 'in_sync',
    config_revision: 7,
    desired_revision: 7,
    last_seen: NOW - 2,
    offline_since: null,
    hub: '391d08de-4669-43b6-a0fe-7faf9ccf1379',
    errors: [],
    withheld: null,
    ...more,
  }
}

export const aNode = (more: object = {}): Node => readNode(aRow(more))

export const aFleet = (...nodes: Node[]): Fleet => ({ at: new Date(NOW * 1000), nodes })
