import { setTimeout as pause } from 'node:timers/promises'
import type { Random } from '../fuzz/random.ts'
import { contentOf } from '../soak/content.ts'
import type { Line } from './line.ts'
import { Farewell } from './said.ts'

/** How a conversation goes. */
export interface Plan {
  /** Said at once, before the answers to them are heard. */
  readonly burst: number
  readonly rounds: number
  /** Between rounds, milliseconds. */
  readonly pauseMs: number
  /** Of a message, at most. */
  readonly bytes: number
  /** Whether the client leaves in the middle, without a word. */
  readonly leaves: boolean
}

export function planOf(chance: Random, isLong: boolean, bytes: number): Plan {
  const pauseMs = isLong ? 50 + chance.below(350) : 0
  return {
    burst: 1 + chance.below(6),
    rounds: isLong ? 1 + Math.floor((4_000 + chance.below(36_000)) / pauseMs) : 1 + chance.below(4),
    pauseMs,
    bytes: 1 + chance.below(isLong ? Math.min(bytes, 2_000) : bytes),
    leaves: chance.chance(0.1),
  }
}

/** Says things, and holds the other side to them: each comes back, whole and in order, and all of them in the end. */
export async function talk(
  line: Line,
  id: string,
  { burst, rounds, pauseMs, bytes, leaves }: Plan,
  stopping: AbortSignal,
): Promise<string | null> {
  const farewell = new Farewell()
  for (let round = 0; round < rounds && !stopping.aborted; round += 1) {
    const messages = Array.from({ length: burst }, (_, at) => contentOf(`${id}-${round}-${at}`, bytes))
    for (const message of messages) {
      await line.say(message)
      farewell.heard(message)
    }
    for (const message of messages) {
      const heard = await line.hear()
      if (heard === null) throw new Error(`the other side ended in round ${round} of ${rounds}`)
      if (!heard.equals(message)) return `${short(heard)} for ${short(message)}`
    }
    if (pauseMs > 0) await pause(pauseMs, undefined, { signal: stopping }).catch(() => undefined)
  }
  if (leaves) {
    line.drop()
    return null
  }
  line.finish()
  const last = await line.hear()
  if (last === null) throw new Error('the other side ended without a farewell')
  if (!last.equals(farewell.text)) return `${short(last)} for the farewell ${farewell.text}`
  const more = await line.hear()
  return more === null ? null : `${short(more)} after the farewell`
}

function short(message: Buffer): string {
  return `${message.length} bytes ${JSON.stringify(message.subarray(0, 60).toString())}`
}
