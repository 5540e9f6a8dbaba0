import { createHash } from 'node:crypto'
import { setInterval as every } from 'node:timers/promises'
import type { Hello } from '@biplane/protocol'

/** Something that was on its way when the other one came says nothing of who is there now. */
const ON_ITS_WAY_MS = 500
/** A node says that it lives every 5 s. One that is only late is taken for dead, comes back, and is the clone then. */
const SILENT_MS = 8_000
const LOOK_EVERY_MS = 100

/** The id under which a process is listed that came with the id of another: the same on every connection of it. */
export function cloneId({ nodeId, instance }: Pick<Hello, 'nodeId' | 'instance'>): string {
  const hex = createHash('sha256').update(`${nodeId}\0${instance}`).digest('hex')
  // The form of a UUID of version 8, whose digits mean what their maker wants.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

export interface Suspect {
  readonly lastHeard: () => number
  /** Whether its session is over. */
  readonly isOver: () => boolean
}

/**
 * Whether somebody still speaks on an older session after another process has come with the same id: then there are two
 * nodes. If nobody does, that session is half open, and the other process is the node started again.
 *
 * @throws the signal's reason when it aborts
 */
export async function stillSpeaks({ lastHeard, isOver }: Suspect, signal: AbortSignal): Promise<boolean> {
  const since = Date.now()
  for await (const _ of every(LOOK_EVERY_MS, undefined, { signal })) {
    if (isOver()) return false
    if (lastHeard() - since > ON_ITS_WAY_MS) return true
    if (Date.now() - since > SILENT_MS) return false
  }
  return false
}
