import { describe, expect, it } from 'vitest'
import { KeptThings } from './kept-things.ts'

describe('what plugins keep', () => {
  it('is opened once for each key', () => {
    const { things, thing } = kept()
    const first = things.keep('a', thing)
    expect(things.keep('a', thing)).toBe(first)
    expect(things.keep('b', thing)).not.toBe(first)
  })

  it('is closed when nobody asked for it in ten minutes, and opened anew afterwards', () => {
    const { things, thing, pass } = kept()
    const [first, second] = [things.keep('a', thing), things.keep('b', thing)]
    pass(599_000)
    things.keep('b', thing)
    pass(1_000)
    things.sweep()
    expect([first.closed, second.closed]).toEqual([1, 0])
    expect(things.keep('a', thing)).not.toBe(first)
  })

  it('is closed in the end; what fails is told, what does not end is not waited for', async () => {
    const { things, thing, failures } = kept()
    const first = things.keep('a', thing)
    things.keep('b', () => ({ close: () => Promise.reject(new Error('no')) }))
    things.keep('c', () => ({ close: () => new Promise<void>(() => undefined) }))
    await things.close(10)
    expect(first.closed).toBe(1)
    expect(failures).toEqual([new Error('no')])
  })
})

function kept() {
  let now = 0
  const failures: unknown[] = []
  return {
    things: new KeptThings(
      () => now,
      (error) => failures.push(error),
    ),
    failures,
    pass: (ms: number) => {
      now += ms
    },
    thing: () => ({
      closed: 0,
      async close() {
        this.closed += 1
      },
    }),
  }
}
