import { setTimeout as pause } from 'node:timers/promises'
import type { Random } from '../fuzz/random.ts'
import type { Spell, Upstreams } from './upstreams.ts'

/**
 * Takes one listener after another down and up again, until aborted. There has to be another to go to.
 *
 * @param mortal the ports of those that it may befall
 * @param modes what may befall them, each as often as it is listed
 */
export async function outages(
  upstreams: Upstreams,
  mortal: readonly number[],
  modes: readonly Spell['mode'][],
  chance: Random,
  signal: AbortSignal,
): Promise<void> {
  const wait = (from: number, upTo: number) =>
    pause(from + chance.below(upTo - from), undefined, { signal }).catch(() => undefined)
  while (!signal.aborted) {
    await wait(300, 2_000)
    const port = chance.pick(mortal)
    await upstreams.turn(port, chance.pick(modes))
    await wait(200, 3_000)
    await upstreams.turn(port, 'well')
  }
}
