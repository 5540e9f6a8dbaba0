import type { Refusal, Store } from '@biplane/config-store'
import type { Change, EncodedChange, IncomingUpdate, Violation } from '@biplane/protocol'
import { compiledKinds, inOnePiece } from '../runtime/compile.ts'
import type { WorkerPool } from '../workers/worker-pool.ts'

/** The workers as an apply needs them. */
export type Workers = Pick<WorkerPool, 'prepareChanges' | 'prepareGeneration' | 'swap' | 'discard'>

/** Why an update is not taken. */
export type Rejection = Pick<Refusal, 'retryable' | 'errors'>

/** Where an update goes, step by step. Nothing serves from it, and nothing survives it, before it is saved. */
export interface Destination {
  take(change: Change, encoded: EncodedChange): void
  /** Every worker compiles it beside what serves. */
  prepare(): Promise<Rejection | null>
  /** After this it is the config of this node, whatever happens. */
  save(): Promise<Rejection | null>
  /** Drops what was prepared. Harmless afterwards. */
  discard(): Promise<void>
}

/** A message to a worker carries this many changes, so that reading it never holds up requests. */
const CHANGES_PER_MESSAGE = 250

export function destinationOf(update: IncomingUpdate, store: Store, workers: Workers): Destination {
  return update.kind === 'snapshot'
    ? snapshotDestination(update, store, workers)
    : deltaDestination(update, store, workers)
}

function deltaDestination({ from, to }: IncomingUpdate, store: Store, workers: Workers): Destination {
  const encoded: EncodedChange[] = []
  const compiled: Change[] = []
  return {
    take(change, bytes) {
      encoded.push(bytes)
      if (compiledKinds.includes(change.kind)) compiled.push(change)
    },
    async prepare() {
      // At least one message, also when nothing compiled changes: the revision does.
      const { piece, others } = inOnePiece(compiled)
      for (let at = 0; at === 0 || at < others.length; at += CHANGES_PER_MESSAGE) {
        const errors = await workers.prepareChanges(others.slice(at, at + CHANGES_PER_MESSAGE))
        if (errors.length > 0) return ofContent(errors)
      }
      const errors = piece.length === 0 ? [] : await workers.prepareChanges(piece)
      return errors.length > 0 ? ofContent(errors) : null
    },
    async save() {
      return rejectionOf(store.applyDelta(from, to, encoded))
    },
    discard: () => workers.discard(),
  }
}

function snapshotDestination({ to }: IncomingUpdate, store: Store, workers: Workers): Destination {
  const writer = store.beginSnapshot(to)
  return {
    take(_change, encoded) {
      writer.write(encoded)
    },
    async prepare() {
      const sealed = await writer.seal()
      if (sealed.kind === 'refused') return sealed
      const errors = await workers.prepareGeneration(sealed.generation)
      return errors.length > 0 ? ofContent(errors) : null
    },
    async save() {
      return rejectionOf(await writer.activate())
    },
    async discard() {
      await workers.discard()
      await writer.discard()
    },
  }
}

function ofContent(errors: readonly Violation[]): Rejection {
  return { retryable: false, errors }
}

function rejectionOf(outcome: { readonly kind: 'stored' } | Refusal): Rejection | null {
  return outcome.kind === 'refused' ? outcome : null
}
