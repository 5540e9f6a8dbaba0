import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { CLAIM_WITHIN } from './claim.ts'
import type { Log } from './log.ts'
import { readManifest } from './manifest.ts'

/** Copies of each sort that are kept for whoever wants to know why; more would fill the disk. */
const KEPT = 2

/** Why a store is of no use here: it is damaged, or encrypted under a key that this process does not have. */
export interface Useless {
  readonly kind: 'damaged' | 'locked'
  readonly reason: string
}

const MESSAGES = {
  damaged: {
    moved: 'the config store is unusable: moved aside, starting empty',
    emptied: 'the config store is unusable: emptied, since it cannot be moved',
  },
  locked: {
    moved: 'the config store is encrypted under another key: moved aside, starting empty',
    emptied: 'the config store is encrypted under another key: emptied, since it cannot be moved',
  },
} as const satisfies Record<Useless['kind'], object>

/** Puts a store that must not be opened out of the way, so that an empty one can take its place. */
export function moveAside(directory: string, { kind, reason }: Useless, log: Log): void {
  const aside = `${directory}.${kind}-${new Date().toISOString().replaceAll(/[-:]/g, '')}`
  try {
    renameSync(directory, aside)
    log.warn({ store: directory, reason, movedTo: aside }, MESSAGES[kind].moved)
  } catch (error) {
    // The directory itself may be a mount point, which cannot be renamed.
    for (const name of readdirSync(directory))
      if (name !== CLAIM_WITHIN) rmSync(join(directory, name), { recursive: true, force: true })
    log.warn({ store: directory, reason, err: error }, MESSAGES[kind].emptied)
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  removeOldest(directory, kind)
}

/**
 * Removes what was moved aside before encryption was switched on: it tells in plain text what the store hides now. One that
 * does not even say how it was written counts as plain.
 */
export function removePlainAsides(directory: string, log: Log): void {
  for (const name of [...asides(directory, 'damaged'), ...asides(directory, 'locked')]) {
    const aside = join(dirname(directory), name)
    const reading = readManifest(aside)
    if (reading.kind === 'found' && reading.manifest.keyCheck !== null) continue
    rmSync(aside, { recursive: true, force: true })
    log.warn(
      { store: directory, removed: aside },
      'a copy that had been moved aside was not encrypted: removed',
    )
  }
}

function removeOldest(directory: string, kind: Useless['kind']): void {
  const parent = dirname(directory)
  const copies = asides(directory, kind)
  for (const name of copies.sort().slice(0, -KEPT))
    rmSync(join(parent, name), { recursive: true, force: true })
}

function asides(directory: string, kind: Useless['kind']): string[] {
  return readdirSync(dirname(directory)).filter((name) => name.startsWith(`${basename(directory)}.${kind}-`))
}
