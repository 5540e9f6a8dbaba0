import { describe, expect, it } from 'vitest'
import { Exclusive } from './exclusive.ts'

describe('Exclusive', () => {
  it('runs one piece of work at a time, in order, also after a failure', async () => {
    const exclusive = new Exclusive()
    const steps: string[] = []
    const work = (name: string, fails = false) =>
      exclusive.run(async () => {
        steps.push(`${name} begins`)
        await Promise.resolve()
        steps.push(`${name} ends`)
        if (fails) throw new Error(name)
        return name
      })
    const outcomes = await Promise.allSettled([work('a'), work('b', true), work('c')])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
  })
})
