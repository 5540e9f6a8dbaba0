import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { Places } from './places.ts'

it('no more goes on than there are places, whoever comes when, and all of it in the order of coming', async () => {
  const places = new Places(2)
  const [begun, ends]: [number[], (() => void)[]] = [[], []]
  const come = (number: number): Promise<void> =>
    places.take(
      () =>
        new Promise((resolve) => {
          begun.push(number)
          ends.push(resolve)
        }),
    )
  const all = [1, 2, 3, 4].map(come)
  await turn()
  expect(begun).toEqual([1, 2])
  ends.shift()?.()
  await turn()
  expect(begun).toEqual([1, 2, 3])
  all.push(come(5), come(6))
  await turn()
  expect(begun).toEqual([1, 2, 3])
  while (begun.length < 6 || ends.length > 0) {
    ends.shift()?.()
    await turn()
    expect(ends.length).toBeLessThanOrEqual(2)
  }
  await Promise.all(all)
  expect(begun).toEqual([1, 2, 3, 4, 5, 6])
})

it('what fails gives its place back', async () => {
  const places = new Places(1)
  await expect(places.take(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await places.take(async () => 'yes')).toBe('yes')
})
