import { Worker } from 'node:worker_threads'
import type { Violation } from '@biplane/protocol'
import type { Logger } from '@biplane/service'
import type { MetricDelta } from '../facilities/metric-deltas.ts'
import type { HealthOrder, HealthTold } from '../health/health-order.ts'
import type { Ask, Beginning, FromWorker, WorkerOrders } from './messages.ts'

/** Bundled for deployment, the worker's program lies beside this one. */
const WORKER = new URL(import.meta.url.endsWith('.ts') ? '../worker.ts' : './worker.js', import.meta.url)

/** A worker thread that accepts traffic. */
export interface WorkerThread {
  readonly threadId: number
  readonly ports: readonly number[]
  /** What kept it from serving the stored config; empty when it serves it. */
  readonly errors: readonly Violation[]
  /** Resolves with what is wrong, or with null when the worker is gone before it answers. */
  ask(ask: Ask): Promise<readonly Violation[] | null>
  /** The same for matters of health, which wait for no ask. */
  health(order: HealthOrder): Promise<HealthTold | null>
  /** How long its event loop was at work, milliseconds. */
  busyMs(): number
  /** Ends it at once. */
  terminate(): Promise<void>
  /** Resolves when it has ended, with the error that ended it, if any. */
  readonly ended: Promise<Error | null>
}

/**
 * Starts a worker and waits until it accepts traffic. It loads its code meanwhile, but looks at no stored config before
 * it is told which.
 *
 * @throws what ended it when it cannot, such as an address in use; or why there is no config to begin with
 */
export async function startWorker(
  orders: WorkerOrders,
  beginning: Promise<Beginning>,
  log: Logger,
  measured: (deltas: readonly MetricDelta[]) => void,
): Promise<WorkerThread> {
  const worker = new Worker(WORKER, {
    workerData: orders,
    name: 'biplane-worker',
  })
  const { threadId } = worker
  const waiting = new Waiting<readonly Violation[]>(worker)
  const waitingForHealth = new Waiting<HealthTold>(worker)
  const serving = Promise.withResolvers<Extract<FromWorker, { kind: 'serving' }>>()
  const ended = Promise.withResolvers<Error | null>()
  let failure: Error | null = null

  worker.on('message', (message: FromWorker) => {
    switch (message.kind) {
      case 'serving':
        return serving.resolve(message)
      case 'log':
        return log[message.level]({ worker: orders.slot, ...message.fields }, message.message)
      case 'measured':
        return measured(message.deltas)
      case 'reply':
        return waiting.settle(message.ask, message.errors)
      case 'health':
        return waitingForHealth.settle(message.ask, message.told)
    }
  })
  worker.on('error', (error) => {
    failure = error instanceof Error ? error : new Error(String(error))
  })
  worker.on('exit', (code) => {
    waiting.settleAll()
    waitingForHealth.settleAll()
    serving.reject(failure ?? new Error(`a worker ended with code ${code} before it served`))
    ended.resolve(failure)
  })
  beginning.then(
    (known) => worker.postMessage(known),
    (reason) => {
      failure = reason
      void worker.terminate()
    },
  )
  const { ports, errors } = await serving.promise
  return {
    threadId,
    ports,
    errors,
    ask: (ask) => waiting.send(ask),
    health: (order) => waitingForHealth.send({ health: order }),
    busyMs: () => worker.performance.eventLoopUtilization().active,
    async terminate() {
      await worker.terminate()
    },
    ended: ended.promise,
  }
}

/** What was sent to a worker, until it answers or is gone. */
class Waiting<A> {
  readonly #worker: Worker
  readonly #waiting = new Map<number, (answer: A | null) => void>()
  #sent = 0

  constructor(worker: Worker) {
    this.#worker = worker
  }

  send(message: object): Promise<A | null> {
    const { promise, resolve } = Promise.withResolvers<A | null>()
    this.#sent += 1
    this.#waiting.set(this.#sent, resolve)
    if (this.#worker.threadId === -1) this.settle(this.#sent, null)
    else this.#worker.postMessage({ ask: this.#sent, ...message })
    return promise
  }

  settle(sent: number, answer: A | null): void {
    this.#waiting.get(sent)?.(answer)
    this.#waiting.delete(sent)
  }

  settleAll(): void {
    for (const sent of this.#waiting.keys()) this.settle(sent, null)
  }
}
