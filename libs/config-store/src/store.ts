import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { canonicalJson, type Json, type Kind } from '@biplane/entities'
import type { EncodedChange, Position } from '@biplane/protocol'
import { check } from './check.ts'
import { applyDelta, type Limits, type Stored } from './delta.ts'
import { type Encryption, newDataKeyFor, wrapFor } from './encryption.ts'
import { Generation } from './generation.ts'
import type { GenerationAddress } from './generation-address.ts'
import type { Log } from './log.ts'
import { type Manifest, underKeys, writeManifest } from './manifest.ts'
import type { RunningMarks } from './marks.ts'
import { type Refusal, refusalOf } from './refusal.ts'
import { SnapshotWriter } from './snapshot-writer.ts'
import { isWrappedFor, type StoreKey } from './store-key.ts'
import { initialise } from './tree.ts'
import type { ConfigView, PinnedView, StoredEntity } from './view.ts'

/** Who hears of damage that is found while the store is in use. */
export interface DamageListener {
  readonly log: Log
  readonly onDamage?: (reason: string) => void
}

/**
 * The config on disk. Reading gives the newest revision; a read of more than one step pins one. Everything that returns
 * has reached the disk, and a crash at any moment leaves the config before it or after it, whole.
 */
export class Store implements ConfigView {
  readonly #directory: string
  readonly #limits: Limits & DamageListener
  readonly #marks: RunningMarks
  #encryption: Encryption
  #manifest: Manifest
  #active: Generation
  readonly #closing = new AbortController()
  #closed: Promise<void> | null = null
  readonly #onClosed: (() => void)[] = []
  #checking: Promise<unknown> = Promise.resolve()
  /** The generation that was read because a delta did not fit it, and has taken none since. */
  #suspected: GenerationAddress | null = null
  #writing: { writer: SnapshotWriter; generation: number } | null = null

  constructor(
    directory: string,
    limits: Limits & DamageListener,
    encryption: Encryption,
    marks: RunningMarks,
    manifest: Manifest,
    active: Generation,
  ) {
    this.#directory = directory
    this.#limits = limits
    this.#encryption = encryption
    this.#marks = marks
    this.#manifest = manifest
    this.#active = active
  }

  /** The active generation: what readers in other threads pin. The same object for as long as it is active. */
  get generation(): GenerationAddress {
    return this.#active.address
  }

  get position(): Position {
    return this.#active.latest.position
  }

  get(kind: Kind, id: string): Uint8Array | undefined {
    return this.#active.latest.get(kind, id)
  }

  lookup(kind: Kind, field: string, value: string): string | undefined {
    return this.#active.latest.lookup(kind, field, value)
  }

  list(kind: Kind, field: string, value: string): Iterable<string> {
    return this.#active.latest.list(kind, field, value)
  }

  entities(kind?: Kind): Iterable<StoredEntity> {
    return this.#active.latest.entities(kind)
  }

  pin(): PinnedView {
    return this.#active.pin()
  }

  /** Applies a net delta in one transaction. Judged on the end state only; nothing is written when it is refused. */
  applyDelta(from: Position, to: Position, changes: readonly EncodedChange[]): Stored | Refusal {
    this.#requireOpen()
    try {
      this.#marks.writing()
    } catch (error) {
      return refusalOf(error)
    }
    this.#active.tree.forgetDeadReaders()
    const outcome = applyDelta(this.#active.tree, this.#limits, from, to, changes)
    this.#marks.written()
    if (outcome.kind === 'stored') this.#suspected = null
    else if (outcome.reason === 'wrong-hash' || outcome.reason === 'damaged') this.#suspect()
    return outcome
  }

  /** Starts to write a config beside the active one. One at a time: throws while another is neither activated nor discarded. */
  beginSnapshot(to: Position): SnapshotWriter {
    this.#requireOpen()
    if (this.#writing !== null) throw new Error('another snapshot is being written')
    const generation = 1 + Math.max(this.#manifest.generation, ...generationsIn(this.#directory))
    const path = generationPath(this.#directory, generation)
    const key = newDataKeyFor(this.#encryption)
    const target = {
      open: () => createGeneration({ directory: `${path}.writing`, key }, this.#limits),
      seal: async (written: Generation) => {
        const sealed = await written.compactTo(path)
        await removeGeneration(written, `${path}.writing`)
        return sealed
      },
      activate: (sealed: Generation) => this.#activate(sealed, generation),
      discard: async (unwanted: Generation | null) => {
        await removeGeneration(unwanted, path, `${path}.writing`)
        this.#writing = null
      },
    }
    const writer = new SnapshotWriter(target, this.#limits, to)
    this.#writing = { writer, generation }
    return writer
  }

  /**
   * Removes the directories of generations that are no longer active. To be called after a snapshot was activated and
   * all readers have left the previous generation.
   */
  async removeOldGenerations(): Promise<void> {
    const wanted = [this.#manifest.generation, this.#writing?.generation]
    const old = generationsIn(this.#directory).filter((generation) => !wanted.includes(generation))
    for (const generation of old) {
      const path = generationPath(this.#directory, generation)
      await removeGeneration(null, path, `${path}.writing`)
    }
  }

  /** A small value that belongs to the store but not to the config, such as what the source said of itself. */
  getMeta(name: string): Json | undefined {
    return Object.hasOwn(this.#manifest.meta, name) ? this.#manifest.meta[name] : undefined
  }

  /** Durable. Writes nothing where the value is the same, so it may be told again with every connection. */
  setMeta(name: string, value: Json): Stored | Refusal {
    this.#requireOpen()
    const meta = { ...this.#manifest.meta, [name]: value }
    if (canonicalJson(meta) === canonicalJson(this.#manifest.meta)) return { kind: 'stored' }
    try {
      this.#writeManifest({ ...this.#manifest, meta })
    } catch (error) {
      return refusalOf(error)
    }
    return { kind: 'stored' }
  }

  /** Reads all of the active generation in a child process meanwhile; damage condemns the store, and is told. */
  checkWhileServing(bytes: number): void {
    const { log, onDamage } = this.#limits
    const generation = this.generation
    const checked = check(generation, { extent: 'all', bytes, signal: this.#closing.signal })
    const told = checked.then(
      (finding) => {
        if (finding.kind === 'whole' || generation !== this.generation) return
        this.#marks.condemn()
        log.error({ store: this.#directory, reason: finding.reason }, 'the config store in use is damaged')
        onDamage?.(finding.reason)
      },
      (error) => {
        if (!this.#closing.signal.aborted)
          log.warn({ store: this.#directory, err: error }, 'config store not checked')
      },
    )
    this.#checking = Promise.all([this.#checking, told])
  }

  /** A delta led elsewhere: the source lies, or what is stored here is not what it was. Reading all of it tells, once. */
  #suspect(): void {
    const { generation } = this
    if (this.#suspected === generation) return
    this.#suspected = generation
    this.checkWhileServing(statSync(join(generation.directory, 'data.mdb')).size)
  }

  /** Releases all views and discards a snapshot that is not active. */
  close(): Promise<void> {
    this.#closed ??= this.#end()
    return this.#closed
  }

  async #end(): Promise<void> {
    this.#closing.abort(new Error('the store is closed'))
    await this.#checking
    await this.#writing?.writer.discard()
    await this.#active.close()
    this.#marks.stop()
    for (const closed of this.#onClosed) closed()
  }

  /** To be called once nothing of the store is open any more. */
  onClosed(closed: () => void): void {
    this.#onClosed.push(closed)
  }

  /** What is written too late would go to a file that is no longer ours. */
  #requireOpen(): void {
    this.#closing.signal.throwIfAborted()
  }

  /**
   * From now on the keys of the process are these: exactly they open what is encrypted, and what will be. The data does not
   * change.
   *
   * @throws Error when it cannot be written; those before still open it then
   */
  adoptKeys(keys: readonly StoreKey[]): void {
    this.#requireOpen()
    const encryption = { ...this.#encryption, keys }
    const { keyCheck } = this.#manifest
    if (keyCheck !== null && !isWrappedFor(keyCheck, keys)) {
      const next = underKeys(wrapFor(this.#active.address.key, encryption))
      this.#writeManifest({ ...this.#manifest, ...next })
      const about = { store: this.#directory, keys: keys.map(({ id }) => id) }
      this.#limits.log.info(about, 'the config store was wrapped for the keys of now')
    }
    this.#encryption = encryption
  }

  #activate(sealed: Generation, generation: number): Stored | Refusal {
    // The keys may be others by now than when the snapshot was begun.
    const keyCheck = wrapFor(sealed.address.key, this.#encryption)
    try {
      this.#writeManifest({ ...this.#manifest, ...underKeys(keyCheck), generation })
    } catch (error) {
      return refusalOf(error)
    }
    this.#marks.replaced()
    this.#active.retire()
    this.#active = sealed
    this.#writing = null
    return { kind: 'stored' }
  }

  #writeManifest(manifest: Manifest): void {
    writeManifest(this.#directory, manifest)
    this.#manifest = manifest
  }
}

/** An empty generation in a new directory. */
export function createGeneration(
  address: GenerationAddress,
  { lookups }: Pick<Limits, 'lookups'>,
): Generation {
  mkdirSync(address.directory, { mode: 0o700 })
  const created = new Generation(address)
  initialise(created.tree, lookups)
  return created
}

async function removeGeneration(open: Generation | null, ...paths: string[]): Promise<void> {
  await open?.close()
  // Tried again, since another process that is about to read a generation makes a lock file in it.
  for (const path of paths) await rm(path, { recursive: true, force: true, maxRetries: 3 })
}

export function generationPath(directory: string, generation: number): string {
  return join(directory, `gen-${String(generation).padStart(6, '0')}`)
}

/** The numbers of all generations that have left something in the directory. */
export function generationsIn(directory: string): number[] {
  const numbers = readdirSync(directory).map((name) => /^gen-(\d+)(\.writing)?$/.exec(name)?.[1])
  return [...new Set(numbers.filter((digits) => digits !== undefined).map(Number))]
}
