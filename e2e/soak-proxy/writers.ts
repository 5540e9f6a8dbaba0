import { setTimeout as pause } from 'node:timers/promises'
import { random } from '../fuzz/random.ts'
import type { Promises } from '../soak/promises.ts'
import { Writing } from '../soak/writing.ts'
import { LANES, Lane, type Surroundings } from './lane.ts'

export interface Writers {
  readonly writing: Writing
  /** How far they are behind the rate that is wanted, milliseconds. */
  lateMs(): number
  stop(): Promise<void>
}

export interface WritersOptions {
  readonly adminUrl: string
  readonly seed: number
  /** Changes a second, all writers together. */
  readonly rate: number
  readonly surroundings: Surroundings
  readonly promises: Promises
}

/** Writers at an even pace, each in a lane of its own, and one that waits until its writes are served. */
export function startWriters({ adminUrl, seed, rate, surroundings, promises }: WritersOptions): Writers {
  const writing = new Writing(adminUrl)
  const late = new Map<number, number>()
  const began = performance.now()
  const stopping = new AbortController()
  const lane = async (index: number): Promise<void> => {
    const source = new Lane(index, random(seed, index), surroundings)
    for (let count = 0; !stopping.signal.aborted; count += 1) {
      const due = began + ((count * LANES + index) * 1000) / rate
      late.set(index, performance.now() - due)
      if (due > performance.now()) await pause(due - performance.now())
      await writing.write(source.next())
    }
  }
  const lanes = Array.from({ length: LANES }, (_, index) => lane(index))
  const done = Promise.all([...lanes, writing.promise(promises, stopping.signal)])
  return {
    writing,
    lateMs: () => Math.max(0, ...late.values()),
    async stop() {
      stopping.abort()
      await done
    },
  }
}
