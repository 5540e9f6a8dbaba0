import { parentPort, workerData } from 'node:worker_threads'
import { type HandlerFile, loadHandlers } from './load-handlers.ts'
import type { Tried } from './try-handlers.ts'

// The thread of try-handlers.ts: loads one file after the other, and says of each what is wrong with it.
const files = workerData as readonly HandlerFile[] // made by try-handlers.ts, which is typed the same

// What fails beside the loading says nothing of it. Workers, where it fails too, tell of it.
process.on('uncaughtException', () => undefined)
process.on('unhandledRejection', () => undefined)

for (const file of files) {
  const loaded = await loadHandlers([file])
  const problems = 'problems' in loaded ? loaded.problems : []
  parentPort?.postMessage({ kind: 'biplane-tried', problems } satisfies Tried)
}
