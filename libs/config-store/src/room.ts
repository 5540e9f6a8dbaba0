import { statfsSync } from 'node:fs'

/** What a transaction has put and removed so far. */
export interface Written {
  readonly records: number
  /** Keys and values. */
  readonly bytes: number
}

/** LMDB never writes a page in place: each record costs the pages on the way to it, of which there may be so many. */
const PAGES_A_RECORD = 6
const PAGE_BYTES = 4096
/** For the pages of LMDB's own: the list of free ones, the roots. */
const SPARE_BYTES = 256 << 10

/** As many bytes as the commit may need, and mostly far more. */
export function mostNeeded({ records, bytes }: Written): number {
  return records * PAGES_A_RECORD * PAGE_BYTES + 2 * bytes + SPARE_BYTES
}

/**
 * Sees to it that LMDB finds no full disk: where a write fails, lmdb-js 3.5.6 prints more than it has room for, over the
 * heap of the process (`last_error` in `mdb_page_flush`), which dies of it sooner or later.
 *
 * @param used the bytes of all pages that would be in use afterwards: no commit writes more than these and a few of its own
 * @throws ENOSPC where a commit might fail
 */
export function requireRoom(directory: string, written: Written, used: () => number): void {
  const { bavail, bsize, blocks } = statfsSync(directory)
  // Some file systems have no size to tell.
  if (blocks === 0) return
  const left = bavail * bsize
  const most = mostNeeded(written)
  if (left >= most) return
  const needed = Math.min(most, used() + SPARE_BYTES)
  if (left >= needed) return
  const message = `ENOSPC: ${left} bytes are left on the disk of ${directory}, and ${needed} may be needed`
  throw Object.assign(new Error(message), { code: 'ENOSPC' })
}
