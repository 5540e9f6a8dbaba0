import {
  type Answer,
  advance,
  type Body,
  compressBody,
  type Delta,
  decodeBody,
  digest,
  type EncodedChange,
  encodeBody,
  fromHex,
  NO_CONFIG_HASH,
  type Position,
  type Snapshot,
  samePosition,
  toHex,
  type Update,
  type UpdateSource,
  type Violation,
} from '@biplane/protocol'
import {
  type Culprit,
  type Culprits,
  mayBeLeftOut,
  type Quarantine,
  quarantineOf,
  quarantineOfDelta,
} from './node-quarantine.ts'
import { entityKey } from './reduce.ts'

/** A node may reject one entity after another. One that rejects so many of a revision is served nothing of it. */
const MOST_ROUNDS = 10

/** What a node was offered: its own position and that of the view, which differ while something is left out. */
interface Offer extends Quarantine {
  readonly update: Snapshot | Delta
  readonly view: Position
}

const NOTHING: Quarantine = { culprits: new Map(), left: new Map() }

/** A view as one node draws on it. */
export interface NodeView extends UpdateSource {
  /** Null until it is known. */
  readonly position: Position | null
}

/**
 * The updates of a view for one node. Entities that the node rejected are left out with all that refers to them, as a view
 * of its own, until they change; where that could widen access, the node gets what all get and stays where it is.
 */
export class NodeSource implements UpdateSource {
  readonly #view: NodeView
  #offered: Offer | null = null
  #applied: Offer | null = null
  /** What the node has said against the last offer. */
  #charges: readonly Violation[] = []
  #rounds = { revision: 0, count: 0 }
  /** Where the view was with what the node could not store at the last attempt. */
  #unstored: Position | null = null

  constructor(view: NodeView) {
    this.#view = view
  }

  /** What is left out of what the node has applied, and why. */
  get quarantined(): readonly Violation[] {
    return [...(this.#applied?.culprits.values() ?? [])].map(({ digest: _, ...violation }) => violation)
  }

  /** The node has answered the last update that was not withheld. */
  answered(answer: Answer): void {
    this.#unstored = answer.kind === 'rejected' && answer.retryable ? (this.#offered?.view ?? null) : null
    if (answer.kind === 'applied') this.#applied = this.#offered
    else if (!answer.retryable && mayBeLeftOut(answer.errors) && this.#isNews(answer.errors))
      this.#charges = answer.errors
  }

  async next(known: Position, seen: Position | null, signal: AbortSignal): Promise<Update> {
    const offered = this.#offered
    const applied = isOf(this.#applied, known) ? this.#applied : null
    const at = applied?.view ?? known
    // What the node lacks now stays under suspicion though the last offer could leave nothing out.
    const suspects = new Map([...(applied?.culprits ?? []), ...(offered?.culprits ?? [])])
    let after = seen !== null && isOf(offered, seen) ? offered.view : (seen ?? this.#outdated)
    if (offered !== null && this.#charges.length > 0) {
      const culprits = new Map([...suspects, ...(await convicted(this.#charges, offered.update))])
      this.#charges = []
      const again = await this.#offer(await this.#view.next(at, null, signal), culprits, applied, signal)
      // What it was offered already it is not offered again: then nothing can be left out.
      if (again.kind === 'withheld' || !samePosition(again.to, offered.update.to)) return again
      await giveBack(again)
      after = this.#offered?.view ?? after
    }
    return this.#offer(await this.#view.next(at, after, signal), suspects, applied, signal)
  }

  async #offer(
    update: Update,
    culprits: Culprits,
    applied: Offer | null,
    signal: AbortSignal,
  ): Promise<Update> {
    if (update.kind === 'withheld') return update
    const offer = await this.#reduced(update, culprits, applied, signal)
    if ('kind' in offer) return offer
    this.#offered = offer
    return offer.update
  }

  async #reduced(
    update: Snapshot | Delta,
    culprits: Culprits,
    applied: Offer | null,
    signal: AbortSignal,
  ): Promise<Offer | Update> {
    const left = applied?.left ?? NOTHING.left
    if (culprits.size === 0 && left.size === 0) return { ...NOTHING, update, view: update.to }
    if (update.kind === 'snapshot') return withoutCulprits(update, culprits)
    const changes: EncodedChange[] = []
    for await (const change of changesIn(update.body)) changes.push(change)
    const found = quarantineOfDelta(changes, culprits, left)
    if (found !== null && found !== 'unclear') {
      const body = encodeBody(found.changes)
      const from = applied?.update.to ?? update.from
      const to = without(update.to, found)
      return {
        culprits: found.culprits,
        left: found.left,
        update: { kind: 'delta', from, to, body },
        view: update.to,
      }
    }
    if (found === null && left.size === 0) return { ...NOTHING, update, view: update.to }
    // Nobody is there with no entity at all: whoever says so gets everything, and nothing older than this.
    const whole = await this.#view.next({ ...update.to, hash: NO_CONFIG_HASH }, null, signal)
    if (whole.kind === 'withheld') return whole
    return withoutCulprits(
      { kind: 'snapshot', to: whole.to, body: whole.body },
      found === null ? new Map() : culprits,
    )
  }

  /**
   * What the node could not store, where the config has moved on since: the newest may fit where an older snapshot, which
   * others are still served with, never will. Null where that is the newest, so it is offered again.
   */
  get #outdated(): Position | null {
    const { position } = this.#view
    const unstored = this.#unstored
    return unstored !== null && position !== null && !samePosition(unstored, position) ? unstored : null
  }

  /** Whether it names something that was not left out yet, and not too much of one revision. */
  #isNews(errors: readonly Violation[]): boolean {
    const offered = this.#offered
    if (offered === null || errors.every((error) => offered.culprits.has(entityKey(error)))) return false
    const { revision } = offered.view
    this.#rounds = { revision, count: this.#rounds.revision === revision ? this.#rounds.count + 1 : 1 }
    return this.#rounds.count <= MOST_ROUNDS
  }
}

function isOf(offer: Offer | null, position: Position): offer is Offer {
  return offer !== null && samePosition(offer.update.to, position)
}

async function withoutCulprits(update: Snapshot, culprits: Culprits): Promise<Offer> {
  const found = culprits.size === 0 ? NOTHING : await quarantineOf(() => changesIn(update.body), culprits)
  if (found === null || found.left.size === 0) return { ...NOTHING, update, view: update.to }
  async function* kept() {
    for await (const change of changesIn(update.body)) if (!found?.left.has(entityKey(change))) yield change
  }
  const body = await compressBody(kept())
  return { ...found, update: { kind: 'snapshot', to: without(update.to, found), body }, view: update.to }
}

/** Nobody takes it: it no longer counts among the snapshots that are under way. */
async function giveBack({ body }: Snapshot | Delta): Promise<void> {
  for await (const _ of body.chunks()) break
}

/** Where a node is that lacks these. */
function without(position: Position, { left }: Quarantine): Position {
  let removed = 0n
  for (const share of left.values()) removed = advance(removed, share, 0n)
  return { ...position, hash: toHex(advance(fromHex(position.hash), 0n, removed)) }
}

/** The entities that a node named, as it was offered them. */
async function convicted(
  charges: readonly Violation[],
  { body }: Snapshot | Delta,
): Promise<ReadonlyMap<string, Culprit>> {
  const named = new Map<string, Culprit>(
    charges.map((charge) => [entityKey(charge), { ...charge, digest: null }]),
  )
  for await (const { kind, id, bytes } of changesIn(body)) {
    const culprit = named.get(entityKey({ kind, id }))
    if (culprit !== undefined && bytes !== null)
      named.set(entityKey(culprit), { ...culprit, digest: digest(kind, id, bytes) })
  }
  return named
}

function changesIn(body: Body): AsyncIterable<EncodedChange> {
  async function* chunks() {
    yield* body.chunks()
  }
  return decodeBody(chunks(), body)
}
