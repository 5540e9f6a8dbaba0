import { setTimeout as pause } from 'node:timers/promises'
import type { Balancer } from '../balancer.ts'
import { reaches } from '../cluster-view.ts'
import { eventually } from '../eventually.ts'
import type { Node } from '../stack.ts'
import type { Promises } from './promises.ts'

/** A time from the signal that ended a node until clients were sent there again; milliseconds since the epoch. */
export interface Away {
  readonly node: string
  readonly from: number
  to: number
}

export interface Restart {
  readonly how: 'SIGTERM' | 'kill -9'
  /** From the signal until clients were sent there again, and until it had all that had been written by then. */
  readonly awayMs: number
  readonly caughtUpMs: number
}

export interface Restarts {
  readonly done: Restart[]
  /** By kill -9, and by SIGTERM; with one that is under way. */
  readonly killed: Away[]
  readonly stopped: Away[]
  readonly faults: string[]
}

export interface RestartOptions {
  readonly everyMs: number
  /** The newest revision there is. */
  readonly head: () => number
  readonly promises: Promises
  readonly signal: AbortSignal
}

/** Of so many, one is a kill. */
const KILL_EVERY = 3

/** Restarts a node now and then, until aborted; one that is under way is finished. */
export async function restarts(
  { node, balancers }: { readonly node: Node; readonly balancers: readonly Balancer[] },
  { everyMs, head, promises, signal }: RestartOptions,
  { done, killed, stopped, faults }: Restarts,
): Promise<void> {
  for (let count = 1; !signal.aborted; count += 1) {
    await pause(count === 1 ? everyMs / 2 : everyMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    const isKill = count % KILL_EVERY === 0
    const began = performance.now()
    promises.down(node.name)
    const away = { node: node.name, from: Date.now(), to: Number.POSITIVE_INFINITY }
    const times = isKill ? killed : stopped
    times.push(away)
    if (isKill) await node.kill()
    else {
      const exit = await node.stop()
      if (exit.code !== 0) faults.push(`${node.name} ended with ${JSON.stringify(exit)} at a SIGTERM`)
    }
    await node.start()
    await eventually(() => {
      if (balancers.some((balancer) => balancer.healthy() < 2))
        throw new Error(`no clients are sent to ${node.name}`)
    })
    away.to = Date.now()
    const awayMs = performance.now() - began
    promises.up(node.name, await reaches(node, head()))
    done.push({ how: isKill ? 'kill -9' : 'SIGTERM', awayMs, caughtUpMs: performance.now() - began })
  }
}
