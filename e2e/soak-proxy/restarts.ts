import { setTimeout as pause } from 'node:timers/promises'
import { reaches } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import type { Cluster } from './cluster.ts'
import type { History } from './history.ts'
import type { Killed } from './judge.ts'
import type { Promises } from './promises.ts'

export interface Restart {
  readonly how: 'SIGTERM' | 'kill -9'
  /** From the signal until clients were sent there again, and until it had all that had been written by then. */
  readonly awayMs: number
  readonly caughtUpMs: number
}

export interface Restarts {
  readonly done: Restart[]
  /** With one that is under way. */
  readonly killed: Killed[]
  readonly faults: string[]
}

/** Of so many, one is a kill. */
const KILL_EVERY = 3

/** Restarts a node now and then, until aborted; one that is under way is finished. */
export async function restarts(
  cluster: Cluster,
  {
    everyMs,
    history,
    promises,
    signal,
  }: {
    readonly everyMs: number
    readonly history: History
    readonly promises: Promises
    readonly signal: AbortSignal
  },
  { done, killed, faults }: Restarts,
): Promise<void> {
  const { restarted: node } = cluster
  for (let count = 1; !signal.aborted; count += 1) {
    await pause(count === 1 ? everyMs / 2 : everyMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    const isKill = count % KILL_EVERY === 0
    const began = performance.now()
    promises.down(node.name)
    if (isKill) {
      killed.push({ node: node.name, from: Date.now(), to: Number.POSITIVE_INFINITY })
      await node.kill()
    } else {
      const exit = await node.stop()
      if (exit.code !== 0) faults.push(`${node.name} ended with ${JSON.stringify(exit)} at a SIGTERM`)
    }
    await node.start()
    await eventually(() => {
      if (cluster.balancer.healthy() < 2 || cluster.tlsBalancer.healthy() < 2)
        throw new Error(`no clients are sent to ${node.name}`)
    })
    const kill = killed.at(-1)
    if (isKill && kill !== undefined) kill.to = Date.now()
    const awayMs = performance.now() - began
    promises.up(node.name, await reaches(node, history.head))
    done.push({ how: isKill ? 'kill -9' : 'SIGTERM', awayMs, caughtUpMs: performance.now() - began })
  }
}
