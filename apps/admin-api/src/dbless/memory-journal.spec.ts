import { randomUUID } from 'node:crypto'
import type { Entity, Kind } from '@biplane/entities'
import { exported, NOWHERE, type Position, samePosition } from '@biplane/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { registry } from '../fixtures/admin.ts'
import { Mirror } from '../fixtures/follower.ts'
import { MemoryJournal } from './memory-journal.ts'

const never = new AbortController().signal
const [A, B, C] = [randomUUID(), randomUUID(), randomUUID()]

/** A config of consumers with these names. */
function config(names: Readonly<Record<string, string>>) {
  const rows = Object.entries(names).map(([id, username]): [string, Entity] => [id, { id, username }])
  return exported(new Map<Kind, ReadonlyMap<string, Entity>>([['consumers', new Map(rows)]]), registry)
}

describe('the journal of a config in memory', () => {
  it('has nothing to send before the first config: followers keep what they have', async () => {
    const journal = new MemoryJournal()
    const other: Position = { epoch: randomUUID(), revision: 9, hash: 'a'.repeat(32) }
    for (const known of [NOWHERE, other]) {
      expect(await journal.next(known, null, never)).toMatchObject({
        kind: 'withheld',
        to: NOWHERE,
        reason: { kind: 'source_empty' },
      })
    }
    const waiting = journal.next(other, NOWHERE, never)
    journal.commit(config({ [A]: 'a' }))
    expect(await waiting).toMatchObject({ kind: 'snapshot', to: { revision: 1 } })
  })

  it('brings a follower forward by what changed', async () => {
    const journal = new MemoryJournal()
    const mirror = new Mirror()
    journal.commit(config({ [A]: 'a', [B]: 'b' }))
    await mirror.apply(await journal.next(mirror.position, null, never))
    const waiting = journal.next(mirror.position, mirror.position, never)
    journal.commit(config({ [A]: 'x', [C]: 'c' }))
    await mirror.apply(await waiting)
    expect(mirror.kinds).toEqual(['snapshot', 'delta'])
    expect([A, B, C].map((id) => mirror.has('consumers', id))).toEqual([true, false, true])
  })

  it('sends everything to a follower of another process, at whatever revision', async () => {
    const [journal, other] = [new MemoryJournal(), new MemoryJournal()]
    journal.commit(config({ [A]: 'a' }))
    other.commit(config({ [A]: 'a' }))
    expect(await journal.next(other.head, other.head, never)).toMatchObject({ kind: 'snapshot' })
  })

  it('ends waiting with the reason of the signal', async () => {
    const stop = new AbortController()
    const journal = new MemoryJournal()
    journal.commit(config({}))
    const waiting = journal.next(journal.head, journal.head, stop.signal)
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
  })

  it('leads every follower to the newest config, wherever it stopped', async () => {
    const names = fc.dictionary(fc.constantFrom(A, B, C), fc.constantFrom('x', 'y'))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ names, looks: fc.boolean() }), { minLength: 1 }),
        async (steps) => {
          const journal = new MemoryJournal()
          const mirror = new Mirror()
          for (const { names, looks } of steps) {
            journal.commit(config(names))
            if (looks) await mirror.apply(await journal.next(mirror.position, null, never))
          }
          if (!samePosition(mirror.position, journal.head))
            await mirror.apply(await journal.next(mirror.position, null, never))
          expect(mirror.hash).toBe(config(steps.at(-1)?.names ?? {}).hash)
          expect(mirror.position).toEqual(journal.head)
        },
      ),
      { numRuns: 50 },
    )
  })
})
