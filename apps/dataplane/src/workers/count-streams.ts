import { CLIENT_GONE } from '../proxy/request-record.ts'
import type { Transport } from '../streams/stream.ts'
import { type Counters, endedAs, responseClass } from './counters.ts'

/** What a worker counts of its streams. */
export interface StreamCounts {
  connected(transport: Transport): void
  disconnected(transport: Transport): void
  /** @param tookMs from its beginning to its end */
  ended(status: number, tookMs: number): void
  cut(streams: number): void
}

/** Streams take the places of connections, and are told apart from them. */
export function countStreams(counters: Counters, slot: number): StreamCounts {
  return {
    connected(transport) {
      counters.add(slot, 'streams', 1)
      counters.add(slot, 'active', 1)
      counters.add(slot, 'activeStreams', 1)
      if (transport === 'udp') counters.add(slot, 'datagramStreams', 1)
    },
    disconnected(transport) {
      counters.add(slot, 'active', -1)
      counters.add(slot, 'activeStreams', -1)
      if (transport === 'udp') counters.add(slot, 'datagramStreams', -1)
    },
    ended(status, tookMs) {
      counters.add(slot, endedAs(status === CLIENT_GONE ? 'aborted' : responseClass(status)), 1)
      counters.observe(slot, 'streamSeconds', tookMs / 1000)
    },
    cut: (streams) => counters.add(slot, 'cutStreams', streams),
  }
}
