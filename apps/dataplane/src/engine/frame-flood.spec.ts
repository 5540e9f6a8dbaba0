import { describe, expect, it } from 'vitest'
import { FrameFlood } from './frame-flood.ts'

describe('a flood of frames', () => {
  it.each([
    { what: 'a client that sends nothing', read: 0, carried: 0, isOne: false },
    { what: 'a thousand pings a second', read: 17_000, carried: 0, isOne: false },
    { what: 'ten thousand pings a second', read: 170_000, carried: 0, isOne: true },
    { what: 'an upload', read: 50_000_000, carried: 49_900_000, isOne: false },
    { what: 'windows for a download', read: 200_000, carried: 50_000_000, isOne: false },
    {
      what: 'many small messages, each with its ping and its windows',
      read: 600_000,
      carried: 100_000,
      isOne: false,
    },
    { what: 'empty pieces', read: 900_000, carried: 100, isOne: true },
  ])('$what: $isOne', ({ read, carried, isOne }) => {
    const flood = new FrameFlood(0)
    const seconds = Array.from({ length: 60 }, (_, i) => i + 1)
    expect(seconds.some((at) => flood.isOne(at * read, at * carried, at * 1000))).toBe(isOne)
  })

  it('is told at once, however short', () => {
    expect(new FrameFlood(0).isOne(2_000_000, 0, 1000)).toBe(true)
  })
})
