import { getHeapStatistics } from 'node:v8'
import type { Memory } from './load.ts'

/** What this thread holds. It takes a few microseconds. */
export function memoryOfThread(): Memory {
  const { used_heap_size: heapBytes, heap_size_limit: heapLimit, external_memory } = getHeapStatistics()
  return { heapBytes, heapLimit, externalBytes: external_memory }
}
