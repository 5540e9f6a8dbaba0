import type { GenerationAddress, PinnedView, Reader } from '@biplane/config-store'
import { type Change, decodeEntity, type Position, samePosition, type Violation } from '@biplane/protocol'
import { STOPPING } from '../workers/messages.ts'
import { type Compile, compiledKinds, noParts, type Parts } from './compile.ts'
import type { Live } from './live.ts'
import { partsOf, runtimeOf } from './runtime.ts'
import { StoredConfig } from './stored-config.ts'

/** A slice of a load takes about a millisecond; requests are served between slices. */
const SLICE = 100
/** One cause may keep every route of a config from being compiled. */
const MOST_ERRORS = 50

type Prepared =
  /** From changes: what is stored is pinned when it has been committed. */
  | { readonly kind: 'delta'; readonly parts: Parts }
  /** From a generation that is complete, but not active yet. */
  | { readonly kind: 'snapshot'; readonly parts: Parts; readonly view: PinnedView }

/**
 * A worker's side of an apply: prepares a runtime beside the one that serves, then swaps it in, or forgets it. Until the
 * swap nothing that serves has changed.
 */
export class RuntimeSwitch {
  readonly #live: Live
  readonly #compile: Compile
  readonly #reader: Pick<Reader, 'pin'>
  readonly #none: Parts
  #prepared: Prepared | null = null
  #givenUp = false

  /** @param none what a whole config is compiled on top of */
  constructor(live: Live, compile: Compile, reader: Pick<Reader, 'pin'>, none = noParts) {
    this.#live = live
    this.#compile = compile
    this.#reader = reader
    this.#none = none
  }

  /** Compiles changes on top of what was prepared so far, or of what serves. */
  prepareChanges(changes: readonly Change[]): readonly Violation[] {
    const parts = this.#prepared?.parts ?? partsOf(this.#live.current)
    const compiled = this.#compile(parts, changes)
    if (compiled.kind === 'refused') return compiled.errors
    this.#prepared = { kind: 'delta', parts: compiled.parts }
    return []
  }

  /** Compiles a whole stored config, a slice at a time. */
  async prepareGeneration(generation: GenerationAddress): Promise<readonly Violation[]> {
    this.discard()
    const view = this.#reader.pin(generation)
    let parts = this.#none
    const errors: Violation[] = []
    for (const changes of slices(storedChanges(view))) {
      if (this.#givenUp) {
        view.release()
        return [STOPPING]
      }
      const compiled = this.#compile(parts, changes)
      if (compiled.kind === 'refused') errors.push(...compiled.errors)
      else parts = compiled.parts
      if (errors.length >= MOST_ERRORS) break
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (errors.length === 0) this.#prepared = { kind: 'snapshot', parts, view }
    else view.release()
    return errors.slice(0, MOST_ERRORS)
  }

  /**
   * Serves from what was prepared.
   *
   * @throws Error when the store does not hold exactly that: this worker must not serve then
   */
  swap(generation: GenerationAddress, position: Position): void {
    const prepared = this.#prepared
    if (prepared === null) throw new Error('nothing was prepared')
    const view = prepared.kind === 'snapshot' ? prepared.view : this.#reader.pin(generation)
    if (!samePosition(view.position, position)) {
      view.release()
      throw new Error(`the store is at revision ${view.position.revision}, not at ${position.revision}`)
    }
    this.#prepared = null
    this.#live.swap(runtimeOf(position, prepared.parts, new StoredConfig(view)))
  }

  /** Begins to serve from what is stored, or from nothing if that does not compile here. */
  async serveStored(generation: GenerationAddress): Promise<readonly Violation[]> {
    const errors = await this.prepareGeneration(generation)
    if (this.#prepared?.kind === 'snapshot') this.swap(generation, this.#prepared.view.position)
    return errors
  }

  /** The node is stopping: nobody waits for a load any more. */
  giveUp(): void {
    this.#givenUp = true
  }

  discard(): void {
    if (this.#prepared?.kind === 'snapshot') this.#prepared.view.release()
    this.#prepared = null
  }
}

function* storedChanges(view: PinnedView): Generator<Change> {
  for (const kind of compiledKinds)
    for (const { id, bytes } of view.entities(kind))
      yield { op: 'upsert', kind, id, entity: decodeEntity(bytes) }
}

function* slices(changes: Iterable<Change>): Generator<Change[]> {
  let slice: Change[] = []
  for (const change of changes) {
    slice.push(change)
    if (slice.length < SLICE) continue
    yield slice
    slice = []
  }
  if (slice.length > 0) yield slice
}
