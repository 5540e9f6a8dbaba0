import { expect, it } from 'vitest'
import type { ShedReason } from './reasons.ts'
import { ShedNews, type ShedTotals } from './shed-news.ts'

const totals = (
  requests: Partial<Record<ShedReason, number>> = {},
  connections = 0,
  idle = 0,
): ShedTotals => ({
  requests: {
    ...{ requests_in_flight: 0, pipelined_requests: 0, upstream_connections: 0, pending_connects: 0 },
    ...{ buffered_bytes: 0, memory: 0, event_loop_delay: 0, ...requests },
  },
  connections,
  idle,
})

it('tells at once when load is shed, and then once a minute what was shed since', () => {
  const news = new ShedNews()
  const told = [
    news.look(totals(), 0),
    news.look(totals({ memory: 2 }, 1), 1000),
    news.look(totals({ memory: 5 }, 1), 2000),
    news.look(totals({ memory: 5, requests_in_flight: 7 }, 4, 3), 61_000),
    news.look(totals({ memory: 5, requests_in_flight: 7 }, 4, 3), 121_000),
    news.look(totals({ memory: 5, requests_in_flight: 8 }, 4, 3), 122_000),
  ]
  expect(told).toEqual([
    null,
    { requests: { memory: 2 }, connections: 1 },
    null,
    { requests: { memory: 3, requests_in_flight: 7 }, connections: 3, idle: 3 },
    null,
    { requests: { requests_in_flight: 1 } },
  ])
})
