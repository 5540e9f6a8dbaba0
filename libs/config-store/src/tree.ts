import { chownSync, existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NOWHERE, type Position } from '@biplane/protocol'
import { open, type RootDatabase } from 'lmdb'
import { type Lookups, lookupsText } from './lookups.ts'
import { LOOKUPS_KEY, POSITION_KEY } from './records.ts'

/** The one LMDB tree of a generation: text keys (records.ts) to bytes. */
export type Tree = RootDatabase<Buffer, string>

/**
 * Opens a generation, empty if need be. A damaged file can kill the process, so one that this process has not just
 * written is checked first (check.ts).
 */
export function openTree(directory: string, readOnly = false): Tree {
  reserveLock(directory)
  const options = {
    path: directory,
    noSubdir: false,
    readOnly,
    encoding: 'binary' as const,
    keyEncoder,
    // Plain LMDB commits: data synced, then the meta page. The overlapping kind relies on the kernel's boot id.
    overlappingSync: false,
    maxReaders: MOST_READERS,
    permissionsMode: 0o600, // known to the native part, missing in the types
  }
  return open<Buffer, string>(options)
}

/**
 * Writes the lock file that LMDB maps into memory, where it is missing. LMDB itself would make it as a hole, and filling
 * a hole of a mapped file on a full disk ends the process.
 *
 * @throws ENOSPC
 */
export function reserveLock(directory: string): void {
  const path = join(directory, 'lock.mdb')
  if (existsSync(path)) return
  try {
    // Never over one that another process has just made: it may have mapped it.
    writeFileSync(path, new Uint8Array(LOCK_BYTES), { mode: 0o600, flag: 'wx' })
    giveToOwner(path, directory)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return
    rmSync(path, { force: true })
    throw error
  }
}

/** What a tool that is run by root leaves must be the app's to open. */
function giveToOwner(path: string, directory: string): void {
  if (process.getuid?.() !== 0) return
  const { uid, gid } = statSync(directory)
  chownSync(path, uid, gid)
}

/** Each pinned view is a reader, of all threads together: one worker a core, each with the view it serves and the next one. */
const MOST_READERS = 1000

/** Room for LMDB's header and 64 bytes for each reader. */
const LOCK_BYTES = 65_536

/**
 * Forgets readers whose processes were killed while they read: for such a reader LMDB would keep all pages for ever, and
 * the file would grow with every commit. It costs a glance at each reader.
 */
export function forgetDeadReaders(tree: Tree): void {
  // Known to lmdb-js, missing in the types.
  const { readerCheck } = tree as Tree & { readerCheck(): number }
  readerCheck.call(tree)
}

/** Gives a new generation its state. Durable. */
export function initialise(tree: Tree, lookups: Lookups): void {
  tree.transactionSync(() => {
    tree.putSync(LOOKUPS_KEY, Buffer.from(lookupsText(lookups)))
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
  tree.transactionSync(() => tree.putSync(LOOKUPS_KEY, lookups))
}

export function writePosition(tree: Tree, { epoch, revision, hash }: Position): void {
  tree.putSync(POSITION_KEY, Buffer.from(JSON.stringify({ epoch, revision, hash })))
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

/**
 * Bytes of the pages in use. Within a write transaction it counts what its commit would leave, which is how the user's
 * limit is kept: lmdb-js takes `mapSize` for a start only and grows the map whenever it is full.
 */
export function usedBytes(tree: Tree): number {
  const stats: Readonly<Record<string, unknown>> = { ...tree.getStats() }
  const pages = ['treeBranchPageCount', 'treeLeafPageCount', 'overflowPages'].map((name) =>
    Number(stats[name]),
  )
  return pages.reduce((sum, count) => sum + count, 2) * Number(stats.pageSize)
}

/**
 * lmdb-js hands its fixed buffers to a key encoder and counts on a RangeError where the room is too small; `write`
 * would shorten the key instead.
 */
const keyEncoder = {
  writeKey(key: string, target: Buffer, start: number): number {
    const room = target.length - start
    if (key.length * 3 > room && Buffer.byteLength(key) > room) throw new RangeError('the key does not fit')
    return start + target.write(key, start)
  },
  readKey(source: Buffer, start: number, end: number): string {
    return source.toString('utf8', start, end)
  },
}
