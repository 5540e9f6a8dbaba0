import { describe, expect, it } from 'vitest'
import { Counters } from '../workers/counters.ts'
import type { Limits } from './limits.ts'
import { Load, type Memory } from './load.ts'

const limits: Limits = {
  connections: 10,
  requests: 4,
  upstreamConnections: 8,
  bufferedBytes: 1000,
  memoryBytes: 500,
  pendingConnects: 2,
  delayMs: 100,
}
const little: Memory = { heapBytes: 10, heapLimit: 200, externalBytes: 10 }

/** Two workers; the first one is asked. */
function twoWorkers() {
  const counters = Counters.forWorkers(2)
  const load = new Load(counters, 0, limits)
  return { counters, load, look: (memory = little, late = 0, now = 0) => load.look(late, now, memory) }
}

describe('a request', () => {
  it('is taken as long as there is room', () => {
    const { load, look } = twoWorkers()
    look()
    expect(load.refusal(99, true)).toBeNull()
  })

  it('is not taken beyond those that are in flight on the whole node', () => {
    const { counters, load, look } = twoWorkers()
    counters.add(0, 'inFlight', 2)
    counters.add(1, 'inFlight', 2)
    look()
    expect(load.refusal(0, false)).toBeNull()
    counters.add(0, 'inFlight', 1)
    expect(load.refusal(0, false)).toBe('requests_in_flight')
    counters.add(0, 'inFlight', -1)
    expect(load.refusal(0, false)).toBeNull()
    counters.add(1, 'inFlight', 1)
    look()
    expect(load.refusal(0, false)).toBe('requests_in_flight')
  })

  it('is not taken behind a hundred others of its connection', () => {
    const { load } = twoWorkers()
    expect(load.refusal(100, false)).toBe('pipelined_requests')
  })

  it('is not taken when no connection to an upstream can be opened', () => {
    const { counters, load, look } = twoWorkers()
    counters.set(0, 'upstreamConnections', 4)
    counters.set(1, 'upstreamConnections', 1)
    look()
    expect([load.mayKeepUpstream, load.refusal(0, false)]).toEqual([true, null])
    counters.set(0, 'upstreamConnections', 5)
    expect([load.mayKeepUpstream, load.refusal(0, false)]).toEqual([false, null])
    counters.set(0, 'upstreamConnections', 7)
    expect(load.refusal(0, false)).toBe('upstream_connections')
  })

  it('is not taken with a body when the bodies that are held take all there is', () => {
    const { counters, load, look } = twoWorkers()
    counters.set(1, 'bufferedBytes', 900)
    look()
    expect([load.room.take(100), load.room.take(99), load.refusal(0, true)]).toEqual([false, true, null])
    expect(counters.total('bufferedBytes')).toBe(999)
    counters.set(1, 'bufferedBytes', 901)
    look()
    expect([load.refusal(0, true), load.refusal(0, false)]).toEqual(['buffered_bytes', null])
    load.room.give(99)
    expect([load.refusal(0, true), counters.total('bufferedBytes')]).toEqual([null, 901])
  })

  it.each<[string, Memory]>([
    ['its own heap is nearly full', { ...little, heapBytes: 181 }],
    ['all workers hold too much on their heaps', { heapBytes: 401, heapLimit: 1000, externalBytes: 0 }],
    ['all workers hold too much in buffers', { ...little, externalBytes: 391 }],
  ])('is not taken when %s, until it is not so', (_what, memory) => {
    const { counters, load, look } = twoWorkers()
    counters.set(1, 'heapBytes', 50)
    counters.set(1, 'externalBytes', 50)
    look(memory)
    expect(load.refusal(0, false)).toBe('memory')
    look()
    expect(load.refusal(0, false)).toBeNull()
  })

  it('is not taken while the worker is late all the time', () => {
    const { load, look } = twoWorkers()
    for (const now of [400, 800, 1200]) look(little, 380, now)
    expect(load.refusal(0, false)).toBe('event_loop_delay')
    look(little, 5, 1220)
    expect(load.refusal(0, false)).toBeNull()
  })
})

describe('a stream of datagrams', () => {
  it('has room as long as they take no more than half of it, and connections leave them some', () => {
    const { counters, load } = twoWorkers()
    counters.set(0, 'datagramStreams', 2)
    counters.set(1, 'datagramStreams', 2)
    expect(load.hasRoomForDatagrams).toBe(true)
    counters.add(0, 'datagramStreams', 1)
    expect(load.hasRoomForDatagrams).toBe(false)
    counters.set(0, 'datagramStreams', 0)
    counters.set(0, 'active', 11)
    expect(load.hasRoomForDatagrams).toBe(false)
  })
})

describe('a connection', () => {
  it('has room as long as the node holds no more than it may, but for those that leave', () => {
    const { counters, load } = twoWorkers()
    counters.set(0, 'active', 3)
    counters.set(1, 'active', 7)
    expect(load.hasRoom(0)).toBe(true)
    counters.add(1, 'active', 1)
    expect([load.hasRoom(0), load.hasRoom(1)]).toEqual([false, true])
  })
})

it('counts who was turned away, and sends them back at different times', () => {
  const { counters, load } = twoWorkers()
  expect([1, 2, 3, 4].map(() => load.turnedAway('memory'))).toEqual([2, 3, 1, 2])
  expect([counters.total('shed memory'), counters.total('shed event_loop_delay')]).toEqual([4, 0])
})

describe('a stream', () => {
  it('is taken whatever requests are in flight, but not without a connection to its upstream, nor under strain', () => {
    const { counters, load, look } = twoWorkers()
    counters.add(1, 'inFlight', 99)
    look()
    expect(load.refusalOfStream()).toBeNull()
    counters.add(1, 'upstreamConnections', 8)
    look()
    expect(load.refusalOfStream()).toBe('upstream_connections')
    look({ ...little, heapBytes: 499 })
    expect(load.refusalOfStream()).toBe('memory')
  })
})
