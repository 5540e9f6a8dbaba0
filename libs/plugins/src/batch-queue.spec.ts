import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { BatchQueue, type QueueSettings, queueSettings } from './batch-queue.ts'
import { anInput, configOf } from './fixtures.ts'

const DEFAULTS = Object(configOf(anInput('http-log'))).queue

describe('a queue of entries', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
  afterEach(() => vi.useRealTimers())

  it('sends each entry by itself at once where batches are of one', async () => {
    const { queue, batches } = aQueue({})
    queue.add('a')
    queue.add('b')
    await vi.advanceTimersByTimeAsync(0)
    expect(batches).toEqual([['a'], ['b']])
  })

  it('waits for more after the first, but not when the batch is full', async () => {
    const { queue, batches } = aQueue({ max_batch_size: 3, max_coalescing_delay: 2 })
    queue.add('a')
    await vi.advanceTimersByTimeAsync(1999)
    queue.add('b')
    expect(batches).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(batches).toEqual([['a', 'b']])
    for (const entry of ['c', 'd', 'e', 'f']) queue.add(entry)
    await vi.advanceTimersByTimeAsync(0)
    expect(batches).toEqual([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ])
  })

  it('tries again what fails, after pauses that double up to a bound', async () => {
    const { queue, tries, fail } = aQueue({ initial_retry_delay: 1, max_retry_delay: 3 })
    fail(4)
    queue.add('a')
    await vi.advanceTimersByTimeAsync(9000)
    expect(tries).toEqual([0, 1000, 3000, 6000, 9000])
  })

  it('gives up after a time, says so, and goes on with the next', async () => {
    const { queue, batches, lines, fail } = aQueue({ initial_retry_delay: 1, max_retry_time: 2 })
    fail(3)
    queue.add('a')
    queue.add('b')
    await vi.advanceTimersByTimeAsync(4000)
    expect(lines).toContain('entries of a queue were given up')
    expect(batches).toEqual([['b']])
  })

  it('drops the oldest where too many wait, and says so once', async () => {
    const { queue, batches, lines } = aQueue({ max_batch_size: 10, max_entries: 2 })
    for (const entry of ['a', 'b', 'c', 'd']) queue.add(entry)
    await vi.advanceTimersByTimeAsync(1000)
    expect(batches).toEqual([['c', 'd']])
    expect(lines).toEqual([
      'a queue is full: its oldest entries are dropped until it moves',
      'a queue that was full moves again',
    ])
  })

  it('holds no more bytes than it may', async () => {
    const { queue, batches, lines } = aQueue({ max_batch_size: 10, max_bytes: 5 })
    for (const entry of ['aaa', 'bb', 'cc', 'dddddd']) queue.add(entry)
    await vi.advanceTimersByTimeAsync(1000)
    expect(batches).toEqual([['bb', 'cc']])
    expect(lines).toContain('an entry is too long for its queue')
  })

  it('sends what waits when it is closed', async () => {
    const { queue, batches } = aQueue({ max_batch_size: 10, max_coalescing_delay: 60 })
    queue.add('a')
    await queue.close()
    expect(batches).toEqual([['a']])
  })
})

function aQueue(settings: Partial<QueueSettings>) {
  const batches: (readonly string[])[] = []
  const tries: number[] = []
  const lines: string[] = []
  let failures = 0
  const startedAt = performance.now()
  const line = (_fields: object, message: string) => {
    lines.push(message)
  }
  const send = async (entries: readonly string[]): Promise<void> => {
    tries.push(Math.round(performance.now() - startedAt))
    failures -= 1
    if (failures >= 0) throw new Error('no')
    batches.push(entries)
  }
  const log = { debug: line, info: line, warn: line, error: line }
  return {
    queue: new BatchQueue('a-plugin', { ...queueSettings(DEFAULTS), ...settings }, send, log),
    batches,
    tries,
    lines,
    fail: (times: number) => {
      failures = times
    },
  }
}
