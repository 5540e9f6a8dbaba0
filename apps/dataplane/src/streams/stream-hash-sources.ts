import { randomUUID } from 'node:crypto'
import type { HashSources } from '../balancer/hash-input.ts'

/** What of a stream its upstream may be chosen by: its client, and nothing else is known of it. */
export function streamHashSources(clientIp: string): HashSources {
  return {
    clientIp: () => clientIp,
    identity: () => undefined,
    header: () => [],
    cookie: () => undefined,
    path: () => '',
    queryArgument: () => [],
    capture: () => undefined,
    randomId: randomUUID,
  }
}
