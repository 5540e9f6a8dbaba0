import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { SharedCounterTable } from './shared-counters.ts'

const PROGRAM = new URL('./fixtures/counting-thread.ts', import.meta.url)

describe('threads that count under one key', () => {
  it('get exactly as much as the limit is, together', async () => {
    const buffer = SharedCounterTable.memory()
    const [limit, times] = [60_000, 20_000]
    const taken = await Promise.all(
      [0, 1, 2, 3].map((worker) => outcome(counting(buffer, worker, times, limit))),
    )
    expect(taken.reduce((sum, each) => sum + each, 0)).toBe(limit)
  })

  it('go on when one of them is ended in the middle of it', async () => {
    const buffer = SharedCounterTable.memory()
    const thread = counting(buffer, 1, 3, 100, true)
    await once(thread, 'message')
    await thread.terminate()
    const table = new SharedCounterTable(buffer, 0)
    table.vacate(1)
    expect(table.take('key', [{ place: 0, start: 0, end: 4_000_000_000, limit: 100 }])).toEqual([3])
  })
})

function counting(
  buffer: SharedArrayBuffer,
  worker: number,
  times: number,
  limit: number,
  stuck = false,
): Worker {
  return new Worker(PROGRAM, { workerData: { buffer, worker, times, limit, stuck } })
}

async function outcome(thread: Worker): Promise<number> {
  const [taken] = await once(thread, 'message')
  await thread.terminate()
  return Number(taken)
}
