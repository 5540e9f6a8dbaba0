import fc from 'fast-check'
import { expect, it } from 'vitest'
import { WaitingList } from './waiting-list.ts'

it('is an array that is added to at its end and taken from at its beginning', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant('add' as const), fc.nat(4))), (steps) => {
      const [list, array] = [new WaitingList(), [] as string[]]
      for (const [i, step] of steps.entries()) {
        if (step === 'add') {
          list.add(String(i))
          array.push(String(i))
        } else expect(list.take(step)).toEqual(array.splice(0, step))
        expect(list).toHaveLength(array.length)
      }
    }),
  )
})
