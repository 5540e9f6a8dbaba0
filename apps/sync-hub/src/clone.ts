import { setInterval as every } from 'node:timers/promises'

/** Something that was on its way when the other one came says nothing of who is there now. */
const ON_ITS_WAY_MS = 500
/** A node says that it lives every 5 s. One that is only late is taken for dead, comes back, and is the clone then. */
const SILENT_MS = 8_000
const LOOK_EVERY_MS = 100

export interface Suspect {
  /** Milliseconds of `performance.now()`. */
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
  const since = performance.now()
  for await (const _ of every(LOOK_EVERY_MS, undefined, { signal })) {
    if (isOver()) return false
    if (lastHeard() - since > ON_ITS_WAY_MS) return true
    if (performance.now() - since > SILENT_MS) return false
  }
  return false
}
