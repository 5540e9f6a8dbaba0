import { describe, expect, it } from 'vitest'
import { type Period, resetAfter, windowAt } from './windows.ts'

const at = (text: string): number => Date.parse(text) / 1000

describe('the window of a period', () => {
  it.each<[Period, string, string, string]>([
    ['second', '2024-02-29T23:59:59Z', '2024-02-29T23:59:59Z', '2024-03-01T00:00:00Z'],
    ['minute', '2024-02-29T23:59:59Z', '2024-02-29T23:59:00Z', '2024-03-01T00:00:00Z'],
    ['hour', '2024-02-29T23:59:59Z', '2024-02-29T23:00:00Z', '2024-03-01T00:00:00Z'],
    ['day', '2024-02-29T23:59:59Z', '2024-02-29T00:00:00Z', '2024-03-01T00:00:00Z'],
    ['month', '2024-02-29T23:59:59Z', '2024-02-01T00:00:00Z', '2024-03-01T00:00:00Z'],
    ['month', '2023-12-31T23:59:59Z', '2023-12-01T00:00:00Z', '2024-01-01T00:00:00Z'],
    ['year', '2024-02-29T23:59:59Z', '2024-01-01T00:00:00Z', '2025-01-01T00:00:00Z'],
  ])('%s is aligned to the calendar of UTC', (period, now, start, end) => {
    expect(windowAt(period, at(now))).toMatchObject({ start: at(start), end: at(end) })
  })

  it('has a place of its own for each period', () => {
    const periods: Period[] = ['second', 'minute', 'hour', 'day', 'month', 'year']
    expect(periods.map((period) => windowAt(period, 0).place)).toEqual([0, 1, 2, 3, 4, 5])
  })

  it.each<[Period, number, number]>([
    ['minute', 0, 60],
    ['minute', 59, 1],
    ['month', 30 * 86_400 + 5, 1],
    ['year', 86_400, 31_449_600],
  ])('%s, %d s after it began, ends in %d s', (period, elapsed, reset) => {
    expect(resetAfter(period, 1_700_000_000, 1_700_000_000 + elapsed)).toBe(reset)
  })
})
