import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { StartProblem } from '@biplane/service/start-problem'
import type { Log } from './log.ts'

/** Another process has the store open: two that write it would destroy each other's work. */
export class StoreInUse extends StartProblem {}

/** How long a process that is being stopped may still hold the store: its own limit for stopping, and a little. */
const PATIENCE_MS = 12_000
const LOOK_EVERY_MS = 50

/** A claim that lies in the store's own directory. */
export const CLAIM_WITHIN = 'owner'

/**
 * Makes this process the only one that may open the store, until the returned function is called or the process ends.
 * The claim is a file. One left by a process that was killed counts for nothing: it names the
 * process by pid and time of start, since the pid alone may be somebody else's by now.
 *
 * @throws StoreInUse when another process still has the store after twelve seconds
 */
export async function claim(directory: string, log: Log, patienceMs = PATIENCE_MS): Promise<() => void> {
  const file = claimPath(directory)
  const mine = identity(process.pid)
  const deadline = performance.now() + patienceMs
  for (let told = false; ; ) {
    const outcome = atOnce(file, () => tryToClaim(file, mine))
    if (outcome === 'claimed') break
    const { owner } = outcome
    if (owner !== null && performance.now() > deadline) {
      throw new StoreInUse(
        `process ${owner} uses the store ${directory}: stop it, or give this process a prefix of its own`,
      )
    }
    if (!told && owner !== null) {
      log.info({ store: directory, owner }, 'waiting for the process that still uses the store')
      told = true
    }
    await pause(LOOK_EVERY_MS)
  }
  return () => {
    if (textOf(file) === mine) writeInPlace(file, '')
  }
}

type Attempt = 'claimed' | { readonly owner: number }

function tryToClaim(file: string, mine: string): Attempt {
  const owner = ownerIn(file)
  if (owner !== null) return { owner }
  writeInPlace(file, mine)
  return 'claimed'
}

/** Far more than looking and writing take. */
const STALE_MS = 5000

/** Lets one process at a time look and write; the others get no owner, and try again. */
function atOnce(file: string, attempt: () => Attempt): Attempt | { readonly owner: null } {
  const guard = `${file}.guard`
  try {
    closeSync(openSync(guard, 'wx', 0o600))
  } catch (error) {
    // A disk may have no room even for an empty file, and must not keep a node from starting.
    if (codeOf(error) !== 'EEXIST') return attempt()
    const made = statSync(guard, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
    if (Date.now() - made > STALE_MS) rmSync(guard, { force: true })
    return { owner: null }
  }
  try {
    return attempt()
  } finally {
    rmSync(guard, { force: true })
  }
}

/**
 * The pid of the process that has the store open, as seen by one that does not want it; null where there is none, or
 * where this user may not know.
 */
export function ownerOf(directory: string): number | null {
  return ownerSeen(claimBeside(directory)) ?? ownerSeen(join(directory, CLAIM_WITHIN))
}

function ownerSeen(file: string): number | null {
  try {
    return ownerIn(file)
  } catch {
    return null // closed to this user, or not even a file
  }
}

/** Beside the directory, which may be moved aside; within it where that is all we may write: then it cannot be moved either. */
function claimPath(directory: string): string {
  try {
    accessSync(dirname(directory), constants.W_OK)
    return claimBeside(directory)
  } catch {
    return join(directory, CLAIM_WITHIN)
  }
}

/** More than an identity takes. */
const CLAIM_BYTES = 128

/**
 * A claim is written over the last one and keeps its size, and is never removed: on a full disk there is room for no other,
 * and a node whose disk is full must start all the same.
 */
function writeInPlace(file: string, text: string): void {
  const handle = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600)
  try {
    writeSync(handle, text.padEnd(CLAIM_BYTES), 0)
  } finally {
    closeSync(handle)
  }
}

const claimBeside = (directory: string): string => `${directory}.owner`

/** The pid of the other live process that the file names. */
function ownerIn(file: string): number | null {
  const text = textOf(file)
  const pid = Number(/^\d+/.exec(text)?.[0])
  if (!Number.isSafeInteger(pid) || pid === process.pid) return null
  return isAlive(pid) && identity(pid) === text ? pid : null
}

/** Where the system tells no time of start, the pid has to do. */
function identity(pid: number): string {
  const boot = textOf('/proc/sys/kernel/random/boot_id')
  // The name of the program comes second and may hold anything, closing brackets included.
  const [, started = ''] = /^.*\) (?:\S+ ){19}(\d+) /s.exec(textOf(`/proc/${pid}/stat`)) ?? []
  return [pid, started, boot].join(' ')
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** '' where there is none. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd()
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(codeOf(error))) return ''
    throw error
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
