import { expect, it } from 'vitest'
import { connections, streamConnections } from '../status.ts'
import { countStreams } from './count-streams.ts'
import { Counters } from './counters.ts'

it('streams take the places of connections, and are shown apart from them', () => {
  const counters = Counters.forWorkers(1)
  counters.add(0, 'accepted', 1)
  counters.add(0, 'active', 1)
  const streams = countStreams(counters, 0)
  for (let i = 0; i < 3; i++) streams.connected('udp')
  streams.disconnected('udp')
  expect(counters.total('active')).toBe(3)
  expect(connections(counters)).toMatchObject({ connections_accepted: 1, connections_active: 1 })
  expect(streamConnections(counters)).toMatchObject({
    connections_accepted: 3,
    connections_active: 2,
    total_requests: 3,
  })
})

it.each([
  [200, 'stream 2xx'],
  [403, 'stream 4xx'],
  [499, 'stream aborted'],
  [502, 'stream 5xx'],
] as const)('a stream that ends with %i is counted as %s', (status, field) => {
  const counters = Counters.forWorkers(1)
  countStreams(counters, 0).ended(status, 2000)
  expect(counters.total(field)).toBe(1)
  expect(counters.distribution('streamSeconds').sum).toBe(2)
})
