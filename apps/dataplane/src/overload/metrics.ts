import { counterOf, gaugeOf, type Registry } from '@biplane/service'
import { type Counters, shed, tooSlow } from '../workers/counters.ts'
import { shedReasons, slownesses } from './reasons.ts'

/** What a node holds of what is bounded, and what it did not take or let go. */
export function describeLoad(registry: Registry, counters: Counters): void {
  counterOf(
    registry,
    {
      name: 'biplane_requests_shed_total',
      help: 'Requests that were answered 503 because the node bears no more, by what there would be too much of.',
      labelNames: ['reason'],
    },
    () => shedReasons.map((reason) => [{ reason }, counters.total(shed(reason))]),
  )
  counterOf(
    registry,
    {
      name: 'biplane_connections_shed_total',
      help: 'Connections of clients that were turned away, or were idle and given up for others.',
      labelNames: ['how'],
    },
    () => [
      [{ how: 'refused' }, counters.total('connectionsRefused')],
      [{ how: 'given_up' }, counters.total('connectionsGivenUp')],
    ],
  )
  counterOf(
    registry,
    {
      name: 'biplane_slow_clients_total',
      help: 'Clients that were too slow, by what they were slow in.',
      labelNames: ['phase'],
    },
    () => slownesses.map((phase) => [{ phase }, counters.total(tooSlow(phase))]),
  )
  gaugeOf(
    registry,
    { name: 'biplane_upstream_connections', help: 'Connections to upstreams, idle ones included.' },
    () => counters.total('upstreamConnections'),
  )
  gaugeOf(
    registry,
    { name: 'biplane_buffered_bytes', help: 'Bytes of bodies that are held as a whole.' },
    () => counters.total('bufferedBytes'),
  )
}
