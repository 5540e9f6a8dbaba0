import type { Snapshot } from '@biplane/protocol'
import { expect, it } from 'vitest'
import { anUpsert, log, MemoryCopy } from './fixtures.ts'
import { entityKey } from './reduce.ts'
import { Slots } from './slots.ts'
import { Views } from './views.ts'

/** Takes a snapshot as a node does: it is sent chunk by chunk, as the node reads. */
async function read({ body }: Snapshot, beforeEach: () => Promise<void>): Promise<void> {
  for await (const _ of body.chunks()) await beforeEach()
}

it('many new nodes get one snapshot of a view a few at a time, and those that do not read hold up nobody for long', async () => {
  const copy = new MemoryCopy()
  const some = Array.from({ length: 50 }, (_, n) => anUpsert('services', { id: `s${n}`, name: `s${n}` }))
  copy.set(
    new Map(
      some.map(({ kind, id, bytes }) => [
        entityKey({ kind, id }),
        { kind, id, bytes: bytes ?? new Uint8Array() },
      ]),
    ),
    1,
  )
  const slots = new Slots(2, 200)
  const views = new Views({
    ...{ copy, slots, signal: new AbortController().signal, windowBytes: 1 << 20, lingerMs: 1000 },
    ...{ refuseInsecure: false, log },
  })
  const { view } = views.use({ before: null, lacks: [], missingFilters: [], unknownKinds: [] })
  const never = new AbortController()
  const nobody = { epoch: '', revision: 0, hash: '0'.repeat(32) }
  const gone = Promise.withResolvers<void>()
  let underWay = 0
  let most = 0
  const bodies = new Set<number>()
  const node = async (reading: () => Promise<void>) => {
    const update = await view.next(nobody, null, never.signal)
    if (update.kind !== 'snapshot') throw new Error(`a ${update.kind} instead of a snapshot`)
    underWay += 1
    most = Math.max(most, underWay - stuck)
    bodies.add(update.body.size)
    await read(update, reading)
    underWay -= 1
  }
  let stuck = 0
  const slow = Array.from({ length: 2 }, () => {
    stuck += 1
    return node(() => gone.promise)
  })
  const others = Array.from({ length: 100 }, () =>
    node(() => new Promise((resolve) => setImmediate(resolve))),
  )
  await expect.poll(() => slots.waiting).toBe(100)
  await Promise.all(others)
  expect(most).toBe(2)
  expect(bodies.size).toBe(1)
  gone.resolve()
  await Promise.all(slow)
})
