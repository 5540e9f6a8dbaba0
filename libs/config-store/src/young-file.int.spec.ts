import { randomUUID } from 'node:crypto'
import type { EncodedChange } from '@biplane/protocol'
import { encodeEntity } from '@biplane/protocol'
import { expect, it } from 'vitest'
import { changed } from './fixtures.ts'
import { applyTo, describeStores, fill, openTestStore } from './test-store.ts'

/** Random ids and names: they touch pages all over the tree, as a real config does. */
function consumers(count: number): EncodedChange[] {
  return Array.from({ length: count }, () => {
    const id = randomUUID()
    const bytes = encodeEntity({
      id,
      username: `user-${id}`,
      custom_id: `custom-${id}`,
      tags: ['x'.repeat(300)],
    })
    return { kind: 'consumers', id, bytes }
  })
}

describeStores('a young file', () => {
  it('takes a large delta right after a snapshot', async () => {
    const store = await openTestStore()
    for (let round = 0; round < 3; round++) {
      let model = await fill(store, consumers(12_000), 1 + round * 10)
      for (const delta of [consumers(800), consumers(800)]) {
        expect(applyTo(store, model, delta)).toEqual({ kind: 'stored' })
        model = changed(model, delta)
      }
    }
  })
})
