import { expect, it } from 'vitest'
import { PendingConnects } from './pending-connects.ts'

it('keeps those away from an address that has not answered many for a second', () => {
  let now = 0
  const connects = new PendingConnects(2, () => now)
  const first = connects.begin('a:1')
  const second = connects.begin('a:1')
  connects.begin('b:1')
  now = 999
  expect(connects.isCrowded('a:1')).toBe(false)
  now = 1000
  expect([connects.isCrowded('a:1'), connects.isCrowded('b:1'), connects.isCrowded('c:1')]).toEqual([
    true,
    false,
    false,
  ])
  first()
  first()
  expect(connects.isCrowded('a:1')).toBe(false)
  connects.begin('a:1')
  expect(connects.isCrowded('a:1')).toBe(true)
  second()
  connects.begin('a:1')
  expect(connects.isCrowded('a:1')).toBe(false)
})
