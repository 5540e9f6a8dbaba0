import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export type { Registry }
export { Counter, Gauge, Histogram }

/**
 * The metrics of one process, or of one instance in a test: prom-client's own registry is global and is never used.
 *
 * @param processMetrics whether memory, processor time and event-loop delay are measured too
 */
export function createMetrics({ processMetrics = true } = {}): Registry {
  const registry = new Registry()
  if (processMetrics) collectDefaultMetrics({ register: registry })
  return registry
}
