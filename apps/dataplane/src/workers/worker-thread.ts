import { Worker } from 'node:worker_threads'
import type { GenerationAddress } from '@biplane/config-store'
import type { Violation } from '@biplane/protocol'
import type { Logger } from '@biplane/service'
import type { MetricDelta } from '../facilities/metric-deltas.ts'
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
  generation: Promise<GenerationAddress>,
  log: Logger,
  measured: (deltas: readonly MetricDelta[]) => void,
): Promise<WorkerThread> {
  const worker = new Worker(WORKER, {
    workerData: orders,
    name: 'biplane-worker',
  })
  const { threadId } = worker
  const waiting = new Map<number, (errors: readonly Violation[] | null) => void>()
  const serving = Promise.withResolvers<Extract<FromWorker, { kind: 'serving' }>>()
  const ended = Promise.withResolvers<Error | null>()
  let failure: Error | null = null
  let asked = 0

  worker.on('message', (message: FromWorker) => {
    switch (message.kind) {
      case 'serving':
        return serving.resolve(message)
      case 'log':
        return log[message.level]({ worker: orders.slot, ...message.fields }, message.message)
      case 'measured':
        return measured(message.deltas)
      case 'reply':
        return settle(message.ask, message.errors)
    }
  })
  worker.on('error', (error) => {
    failure = error instanceof Error ? error : new Error(String(error))
  })
  worker.on('exit', (code) => {
    for (const ask of waiting.keys()) settle(ask, null)
    serving.reject(failure ?? new Error(`a worker ended with code ${code} before it served`))
    ended.resolve(failure)
  })
  const settle = (ask: number, errors: readonly Violation[] | null): void => {
    waiting.get(ask)?.(errors)
    waiting.delete(ask)
  }

  generation.then(
    (generation) => worker.postMessage({ generation } satisfies Beginning),
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
    ask(ask) {
      const { promise, resolve } = Promise.withResolvers<readonly Violation[] | null>()
      asked += 1
      waiting.set(asked, resolve)
      if (worker.threadId === -1) settle(asked, null)
      else worker.postMessage({ ask: asked, ...ask })
      return promise
    },
    busyMs: () => worker.performance.eventLoopUtilization().active,
    async terminate() {
      await worker.terminate()
    },
    ended: ended.promise,
  }
}
