import { parentPort, workerData } from 'node:worker_threads'
import { readText } from '@biplane/declarative'

/** The thread of read-apart.ts: reads one text, and ends. */
parentPort?.postMessage(readText(String(workerData)))
