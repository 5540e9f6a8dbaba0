import { expect, it } from 'vitest'
import { News } from './news.ts'

it('a cause is news at first, again after a minute, after another one, and once all was well', () => {
  let now = 0
  const news = new News(() => now)
  const told = ['a', 'a', 'b', 'a'].map((cause) => news.is(cause))
  expect(told).toEqual([true, false, true, true])
  now = 59_999
  expect(news.is('a')).toBe(false)
  now = 60_000
  expect(news.is('a')).toBe(true)
  news.over()
  expect(news.is('a')).toBe(true)
})
