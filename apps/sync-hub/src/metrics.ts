import { Counter, Gauge, type Registry } from '@biplane/service'

/** How long the series of a node that is gone are kept: long enough for the last scrape to see its last bytes. */
const KEPT_MS = 10 * 60_000

export interface Observed {
  readonly connected: () => number
  readonly revision: () => number
  readonly following: () => boolean
  /** Nodes that wait for their turn to be sent a snapshot. */
  readonly queued: () => number
  readonly views: () => number
}

/** What a hub counts. */
export class HubMetrics {
  readonly #bytes: Counter<'node' | 'kind'>
  /** When the nodes left whose series are still there. */
  readonly #left = new Map<string, number>()
  readonly #now: () => number

  constructor(registry: Registry, observed: Observed, now: () => number) {
    this.#now = now
    this.#bytes = new Counter({
      name: 'biplane_config_bytes_sent_total',
      help: 'Bytes of config sent to each node since this hub started, as they travel.',
      labelNames: ['node', 'kind'],
      registers: [registry],
      collect: () => this.#forget(),
    })
    gauge(registry, 'biplane_nodes_connected', 'Nodes connected to this hub.', observed.connected)
    gauge(registry, 'biplane_revision', 'The revision of the config that this hub has.', observed.revision)
    gauge(registry, 'biplane_source_connected', '1 while this hub follows a source.', () =>
      Number(observed.following()),
    )
    gauge(
      registry,
      'biplane_snapshots_queued',
      'Nodes waiting for a snapshot until others have theirs.',
      observed.queued,
    )
    gauge(
      registry,
      'biplane_views',
      'Views of the config kept for nodes of different capability.',
      observed.views,
    )
  }

  /** A node has come: it is shown with 0 bytes from the start. */
  arrived(nodeId: string): void {
    this.#left.delete(nodeId)
    for (const kind of ['snapshot', 'delta']) this.#bytes.inc({ node: nodeId, kind }, 0)
  }

  sent(nodeId: string, kind: 'snapshot' | 'delta', bytes: number): void {
    this.#bytes.inc({ node: nodeId, kind }, bytes)
  }

  left(nodeId: string): void {
    this.#left.set(nodeId, this.#now())
  }

  #forget(): void {
    for (const [node, at] of this.#left) {
      if (this.#now() - at < KEPT_MS) return
      for (const kind of ['snapshot', 'delta']) this.#bytes.remove({ node, kind })
      this.#left.delete(node)
    }
  }
}

function gauge(registry: Registry, name: string, help: string, value: () => number): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(value())
    },
  })
}
