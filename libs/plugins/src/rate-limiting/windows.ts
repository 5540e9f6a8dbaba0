import type { CountingWindow } from '../facilities.ts'
import { PERIODS } from '../fields/rate-limits.ts'

export type Period = (typeof PERIODS)[number]

/** How long a period counts as when it is told when its window ends; months and years are of one length, as in Kong. */
export const SECONDS: Readonly<Record<Period, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
  month: 2_592_000,
  year: 31_536_000,
}

/** The window of a period that a time lies in, aligned to the calendar of UTC. @param now seconds since the epoch */
export function windowAt(period: Period, now: number): Pick<CountingWindow, 'place' | 'start' | 'end'> {
  const place = PERIODS.indexOf(period)
  if (period !== 'month' && period !== 'year') {
    const start = now - (now % SECONDS[period])
    return { place, start, end: start + SECONDS[period] }
  }
  const date = new Date(now * 1000)
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()]
  return period === 'month'
    ? { place, start: seconds(year, month), end: seconds(year, month + 1) }
    : { place, start: seconds(year, 0), end: seconds(year + 1, 0) }
}

/** Seconds until a window that began at `start` is taken to end; at least 1. */
export function resetAfter(period: Period, start: number, now: number): number {
  return Math.max(1, SECONDS[period] - (now - start))
}

function seconds(year: number, month: number): number {
  return Date.UTC(year, month) / 1000
}
