import { type TargetHealth, target, targetHealth, upstream } from '@biplane/entities'
import { type Change, decodeEntity, type EncodedChange } from '@biplane/protocol'

/** What an update says of the health of targets that the node was not told before: it is thought once, and not again. */
export class NewMarks {
  readonly #known: (id: string) => Uint8Array | undefined
  readonly #marks: TargetHealth[] = []
  #concernsHealth = false

  /** @param known the mark of this id, as the node has it */
  constructor(known: (id: string) => Uint8Array | undefined) {
    this.#known = known
  }

  take(change: Change, { bytes }: EncodedChange): void {
    const { kind, id } = change
    if (CONCERN_HEALTH.has(kind)) this.#concernsHealth = true
    if (kind !== targetHealth.kind || change.op === 'delete' || bytes === null) return
    const known = this.#known(id)
    // Changes are validated before, so that its fields have these types.
    if (known === undefined || Buffer.compare(known, bytes) !== 0)
      this.#marks.push(change.entity as TargetHealth)
  }

  /** Those that are new. */
  get all(): readonly TargetHealth[] {
    return this.#marks
  }

  /** Whether anything of it may change what the node tells of health. */
  get concernsHealth(): boolean {
    return this.#concernsHealth
  }
}

/** What a node was told before it started. They are valid: that was seen when they were stored. */
export function storedMarks(store: { entities(kind: string): Iterable<{ readonly bytes: Uint8Array }> }) {
  return Array.from(store.entities(targetHealth.kind), ({ bytes }) => decodeEntity(bytes) as TargetHealth)
}

const CONCERN_HEALTH = new Set<string>([upstream.kind, target.kind, targetHealth.kind])
