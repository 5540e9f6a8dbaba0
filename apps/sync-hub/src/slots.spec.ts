import { describe, expect, it } from 'vitest'
import { Slots } from './slots.ts'

const never = new AbortController().signal
const LONG = 600_000

describe('slots', () => {
  it('admits as many as there are, and the rest in the order of asking', async () => {
    const slots = new Slots(2, LONG)
    const [first, second] = [await slots.enter(never), await slots.enter(never)]
    const order: string[] = []
    const third = slots.enter(never).then(() => order.push('third'))
    const fourth = slots.enter(never).then(() => order.push('fourth'))
    expect(slots.waiting).toBe(2)
    first.release()
    first.release()
    await third
    expect(order).toEqual(['third'])
    second.release()
    await fourth
    expect(order).toEqual(['third', 'fourth'])
    expect(slots.waiting).toBe(0)
  })

  it('forgets who gives up waiting', async () => {
    const slots = new Slots(1, LONG)
    const held = await slots.enter(never)
    const impatient = new AbortController()
    const waiting = slots.enter(impatient.signal)
    impatient.abort(new Error('gone'))
    await expect(waiting).rejects.toThrow('gone')
    expect(slots.waiting).toBe(0)
    held.release()
    await slots.enter(never)
  })

  it('takes a slot back from a holder that is gone', async () => {
    const slots = new Slots(1, LONG)
    const holder = new AbortController()
    await slots.enter(holder.signal)
    const next = slots.enter(never)
    holder.abort()
    await next
  })

  it('takes a slot back from a holder that never lets go', async () => {
    const slots = new Slots(1, 1)
    await slots.enter(never)
    await slots.enter(never)
  })

  it('does not lose the slot of one that was admitted and gave up at the same moment', async () => {
    const slots = new Slots(1, LONG)
    const held = await slots.enter(never)
    const fickle = new AbortController()
    const waiting = slots.enter(fickle.signal)
    held.release()
    fickle.abort()
    await waiting
    await slots.enter(never)
  })
})
