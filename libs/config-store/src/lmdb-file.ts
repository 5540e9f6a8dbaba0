import { chownSync, existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { open, type RootDatabase } from 'lmdb'

/** One LMDB file: text keys (records.ts) to bytes, both as they lie on the disk. */
export type LmdbFile = RootDatabase<Buffer, string>

/** Opens the file of a generation, empty if need be. */
export function openLmdbFile(directory: string, readOnly: boolean): LmdbFile {
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
