import type { NodeHealth } from '@biplane/protocol'

/** What the nodes of a hub have told of health, each the last it said, and which of it the source does not have yet. */
export class HealthNews {
  readonly #told = new Map<string, NodeHealth>()
  readonly #changed = new Set<string>()

  /** What is of an older session of the node than what is known changes nothing. */
  put(health: NodeHealth): void {
    const known = this.#told.get(health.nodeId)
    if (known !== undefined && known.session > health.session) return
    this.#told.set(health.nodeId, health)
    this.#changed.add(health.nodeId)
  }

  get(nodeId: string): NodeHealth | undefined {
    return this.#told.get(nodeId)
  }

  get changed(): Iterable<string> {
    return this.#changed
  }

  forget(nodeId: string): void {
    this.#told.delete(nodeId)
    this.#changed.delete(nodeId)
  }

  /** It counts as reported. */
  take(nodeIds: readonly string[]): readonly NodeHealth[] {
    for (const nodeId of nodeIds) this.#changed.delete(nodeId)
    return nodeIds.flatMap((nodeId) => this.#told.get(nodeId) ?? [])
  }

  /** As if nothing of it had been reported. */
  renew(): void {
    for (const nodeId of this.#told.keys()) this.#changed.add(nodeId)
  }
}
