import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { CLAIM_WITHIN } from './claim.ts'
import type { Log } from './log.ts'

/** Copies of damaged stores that are kept for whoever wants to know why; more would fill the disk. */
const KEPT = 2

/** Puts a store that must not be opened out of the way, so that an empty one can take its place. */
export function moveAside(directory: string, reason: string, log: Log): void {
  const aside = `${directory}.damaged-${new Date().toISOString().replaceAll(/[-:]/g, '')}`
  try {
    renameSync(directory, aside)
    log.warn(
      { store: directory, reason, movedTo: aside },
      'the config store is unusable: moved aside, starting empty',
    )
  } catch (error) {
    // The directory itself may be a mount point, which cannot be renamed.
    for (const name of readdirSync(directory))
      if (name !== CLAIM_WITHIN) rmSync(join(directory, name), { recursive: true, force: true })
    log.warn(
      { store: directory, reason, err: error },
      'the config store is unusable: emptied, since it cannot be moved',
    )
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  removeOldest(directory)
}

function removeOldest(directory: string): void {
  const parent = dirname(directory)
  const copies = readdirSync(parent).filter((name) => name.startsWith(`${basename(directory)}.damaged-`))
  for (const name of copies.sort().slice(0, -KEPT))
    rmSync(join(parent, name), { recursive: true, force: true })
}
