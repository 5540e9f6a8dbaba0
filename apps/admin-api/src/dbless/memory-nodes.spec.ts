import { randomUUID } from 'node:crypto'
import { nodeRegisterContract, PURGE_MS } from '@biplane/database/nodes-contract'
import { describe } from 'vitest'
import { MemoryNodes } from './memory-nodes.ts'

describe('nodes that are reported to this process', () => {
  nodeRegisterContract(async () => {
    let now = 1_700_000_000_000
    let head = { epoch: randomUUID(), revision: 9, hash: 'a'.repeat(32) }
    return {
      register: new MemoryNodes({ purgeDelay: PURGE_MS, head: () => head, now: () => now }),
      now: () => now,
      head: async () => head,
      async moveOn() {
        head = { ...head, revision: head.revision + 1 }
      },
      async silence(seconds) {
        now += seconds * 1000
      },
    }
  })
})
