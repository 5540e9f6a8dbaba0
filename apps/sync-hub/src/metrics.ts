import { gaugeOf, type Registry } from '@biplane/service'

/** What of a hub is measured when somebody asks. */
export interface Observed {
  readonly connected: () => number
  readonly revision: () => number
  /** Nodes that wait for their turn to be sent a snapshot. */
  readonly queued: () => number
  readonly views: () => number
  /** Hubs that follow this one. */
  readonly hubs: () => number
}

/** Shows what a hub holds and whom it serves. */
export function describeHub(
  registry: Registry,
  { connected, revision, queued, views, hubs }: Observed,
): void {
  const gauge = (name: string, help: string, read: () => number) => gaugeOf(registry, { name, help }, read)
  gauge('biplane_nodes_connected', 'Nodes connected to this hub.', connected)
  gauge('biplane_hubs_connected', 'Hubs that follow this hub.', hubs)
  gauge('biplane_revision', 'The revision of the config that this hub has.', revision)
  gauge('biplane_snapshots_queued', 'Nodes waiting for a snapshot until others have theirs.', queued)
  gauge('biplane_views', 'Views of the config kept for nodes of different capability.', views)
}
