import { setTimeout as pause } from 'node:timers/promises'
import type { Random } from '../fuzz/random.ts'
import type { Upstreams } from './upstreams.ts'

const MODES = ['dead', 'dead', 'ill', 'stalled'] as const

/** Takes one listener after another down and up again, until aborted. Spares the first, so that there is always one to go to. */
export async function outages(upstreams: Upstreams, chance: Random, signal: AbortSignal): Promise<void> {
  const [, ...mortal] = upstreams.ports
  const wait = (from: number, upTo: number) =>
    pause(from + chance.below(upTo - from), undefined, { signal }).catch(() => undefined)
  while (!signal.aborted) {
    await wait(300, 2_000)
    const port = chance.pick(mortal)
    await upstreams.turn(port, chance.pick(MODES))
    await wait(200, 3_000)
    await upstreams.turn(port, 'well')
  }
}
