import { NOWHERE, type Position } from '@biplane/protocol'
import type { GetOptions, RangeOptions, Transaction } from 'lmdb'
import { type Cipher, cipherOf } from './cipher.ts'
import type { GenerationAddress } from './generation-address.ts'
import { type LmdbFile, openLmdbFile } from './lmdb-file.ts'
import { type Lookups, lookupsText } from './lookups.ts'
import { type KeyRange, LOOKUPS_KEY, POSITION_KEY } from './records.ts'
import { requireRoom } from './room.ts'

/** The one tree of a generation: text keys (records.ts) to bytes as they are, whatever lies on the disk. */
export class Tree {
  readonly cipher: Cipher
  readonly #file: LmdbFile
  readonly #directory: string
  /** Since the transaction began. */
  readonly #written = { records: 0, bytes: 0 }

  constructor(file: LmdbFile, cipher: Cipher, directory: string) {
    this.#file = file
    this.cipher = cipher
    this.#directory = directory
  }

  /** A copy that stays valid. @throws Altered when it is not what was put there */
  get(key: string, options?: GetOptions): Buffer | undefined {
    const sealed = this.#file.get(key, options)
    return sealed === undefined ? undefined : this.cipher.open(key, sealed)
  }

  put(key: string, bytes: Uint8Array): void {
    const { buffer, byteOffset, byteLength } = this.cipher.seal(key, bytes)
    this.#file.putSync(key, Buffer.from(buffer, byteOffset, byteLength))
    this.#count(key.length + byteLength)
  }

  remove(key: string): void {
    this.#file.removeSync(key)
    this.#count(key.length)
  }

  has(key: string): boolean {
    return this.#file.doesExist(key)
  }

  *range(
    range: KeyRange,
    options?: RangeOptions,
  ): Generator<{ readonly key: string; readonly value: Buffer }> {
    for (const { key, value } of this.#file.getRange({ ...options, ...range }))
      yield { key, value: this.cipher.open(key, value) }
  }

  count(range: KeyRange): number {
    return this.#file.getCount(range)
  }

  /** Durable, or nothing of it where the step throws. @throws ENOSPC where the disk may have no room for it */
  transaction(step: () => void, flags?: number): void {
    this.#written.records = 0
    this.#written.bytes = 0
    this.#file.transactionSync(() => {
      step()
      requireRoom(this.#directory, this.#written, () => this.usedBytes())
    }, flags)
  }

  /** A read transaction at the newest commit. */
  pin(): Transaction {
    // The thread's shared read transaction may be older than the newest commit of another thread: let go of it first.
    this.#file.resetReadTxn()
    return this.#file.useReadTransaction()
  }

  /**
   * Forgets readers whose processes were killed while they read: for such a reader LMDB would keep all pages for ever, and
   * the file would grow with every commit. It costs a glance at each reader.
   */
  forgetDeadReaders(): void {
    // Known to lmdb-js, missing in the types.
    const { readerCheck } = this.#file as LmdbFile & { readerCheck(): number }
    readerCheck.call(this.#file)
  }

  /**
   * Bytes of the pages in use. Within a write transaction it counts what its commit would leave, which is how the user's
   * limit is kept: lmdb-js takes `mapSize` for a start only and grows the map whenever it is full.
   */
  usedBytes(): number {
    const stats: Readonly<Record<string, unknown>> = { ...this.#file.getStats() }
    const pages = ['treeBranchPageCount', 'treeLeafPageCount', 'overflowPages'].map((name) =>
      Number(stats[name]),
    )
    return pages.reduce((sum, count) => sum + count, 2) * Number(stats.pageSize)
  }

  /** Writes a copy without free pages. */
  async copyTo(directory: string): Promise<void> {
    await this.#file.backup(directory, true)
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  #count(bytes: number): void {
    this.#written.records += 1
    this.#written.bytes += bytes
  }
}

/**
 * Opens a generation, empty if need be. A damaged file can kill the process, so one that this process has not just
 * written is checked first (check.ts).
 */
export function openTree({ directory, key }: GenerationAddress, readOnly = false): Tree {
  return new Tree(openLmdbFile(directory, readOnly), cipherOf(key), directory)
}

/** Gives a new generation its state. Durable. */
export function initialise(tree: Tree, lookups: Lookups): void {
  tree.transaction(() => {
    tree.put(LOOKUPS_KEY, Buffer.from(lookupsText(lookups)))
    writePosition(tree, NOWHERE)
  })
  age(tree)
}

/**
 * Makes a new file, or a new copy of one, hold a first record of free pages. Where there is none, lmdb-js 3.5.6 fails
 * (MDB_BAD_TXN) or ends the process (an assertion in mdb_page_alloc) when the first one it makes is larger than half a
 * page, as that of a delta of some 200 changes is. A small commit makes a small one, and from then on there is one.
 */
export function age(tree: Tree): void {
  const lookups = tree.get(LOOKUPS_KEY)
  if (lookups === undefined) throw new Error('a generation says which lookups it was written with')
  tree.transaction(() => tree.put(LOOKUPS_KEY, lookups))
}

export function writePosition(tree: Tree, { epoch, revision, hash }: Position): void {
  tree.put(POSITION_KEY, Buffer.from(JSON.stringify({ epoch, revision, hash })))
}

/** @throws SyntaxError when the record is missing or is not a position */
export function fromPositionRecord(record: Buffer | undefined): Position {
  return toPosition(JSON.parse(record?.toString() ?? ''))
}

/** @throws SyntaxError when it is something else */
export function toPosition(value: unknown): Position {
  if (
    typeof value === 'object' &&
    value !== null &&
    'epoch' in value &&
    'revision' in value &&
    'hash' in value
  ) {
    const { epoch, revision, hash } = value
    if (typeof epoch === 'string' && typeof revision === 'number' && typeof hash === 'string') {
      return { epoch, revision, hash }
    }
  }
  throw new SyntaxError('a position is epoch, revision and hash')
}
