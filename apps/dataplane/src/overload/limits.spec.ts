import { describe, expect, it } from 'vitest'
import { type LimitSettings, limitsOf, type Machine } from './limits.ts'

const settings: LimitSettings = {
  nginx_worker_processes: 2,
  nginx_events_worker_connections: null,
  max_requests_in_flight: null,
  max_buffered_bytes: null,
  max_pending_connects: 256,
  max_event_loop_delay: 1,
}
const machine: Machine = { openFiles: 1_048_576, memoryBytes: 4_000_000_000 }

describe('the limits of a node', () => {
  it('are those of all its workers, where the machine has enough', () => {
    expect(limitsOf(settings, machine)).toEqual({
      limits: {
        connections: 32_768,
        requests: 32_768,
        upstreamConnections: 1_048_576 - 512 - 32_768,
        bufferedBytes: 1_000_000_000,
        memoryBytes: 3_600_000_000,
        pendingConnects: 256,
        delayMs: 1000,
      },
      warning: null,
    })
  })

  it.each<[string, Partial<LimitSettings>, number, number, boolean]>([
    ['leave room for upstreams', {}, 20_000, 14_616, false],
    ['warn of a machine that has hardly any', {}, 1024, 576, true],
    [
      'warn of less than what was asked for',
      { nginx_events_worker_connections: 10_000 },
      20_000,
      14_616,
      true,
    ],
    ['do as they are told', { nginx_events_worker_connections: 10 }, 20_000, 20, false],
    ['do as they are told, however little there is', { nginx_events_worker_connections: 10 }, 64, 20, false],
    ['are never none', {}, 1, 1, true],
  ])('%s', (_what, given, openFiles, connections, warns) => {
    const { limits, warning } = limitsOf({ ...settings, ...given }, { ...machine, openFiles })
    expect([limits.connections, warning !== null]).toEqual([connections, warns])
    expect(limits.upstreamConnections).toBeGreaterThan(0)
    if (openFiles > 10) expect(limits.connections + limits.upstreamConnections).toBeLessThan(openFiles)
  })

  it('are those that were set', () => {
    const given = { max_requests_in_flight: 7, max_buffered_bytes: 0, max_event_loop_delay: 0 }
    expect(limitsOf({ ...settings, ...given }, machine).limits).toMatchObject({
      requests: 7,
      bufferedBytes: 0,
      delayMs: Number.POSITIVE_INFINITY,
    })
  })
})
