import {
  type Certificates,
  Counter,
  counterOf,
  describeProcess,
  describeServer,
  gaugeOf,
  Histogram,
  METRICS_TYPE,
  type Registry,
} from '@biplane/service'
import type { Backend } from './backend.ts'
import { describeCluster } from './cluster-metrics.ts'
import { type ServerCounters, serverStatistics } from './routes/status.ts'
import { Lookout, type LookoutOptions, type Sight } from './sight.ts'

export interface MeasuredAdmin extends Omit<LookoutOptions, 'backend'> {
  readonly backend: Backend
  readonly nodeId: string
  readonly version: string
  readonly certificates: Certificates
  readonly counters: ServerCounters
  readonly hubs: () => number
}

const REQUEST_SECONDS = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** What is measured of an admin-api and, with the database's help, of all nodes. */
export class AdminMetrics {
  readonly #registry: Registry
  readonly #lookout: Lookout
  readonly #requests: Counter<'method' | 'code'>
  readonly #duration: Histogram<'method'>
  #sight: Sight | null = null

  constructor(registry: Registry, measured: MeasuredAdmin) {
    const { nodeId, counters } = measured
    this.#registry = registry
    this.#lookout = new Lookout(measured)
    describeProcess(registry, 'admin-api', measured)
    const heapBytes = () => process.memoryUsage().heapUsed
    describeServer(registry, { nodeId, statistics: () => serverStatistics(counters), heapBytes })
    describeCluster(registry, () => this.#sight)
    describeBackend(registry, measured)
    this.#requests = new Counter({
      name: 'biplane_admin_requests_total',
      help: 'Requests to the Admin API by method and status: writes are those of POST, PUT, PATCH and DELETE, conflicts 409.',
      labelNames: ['method', 'code'],
      registers: [registry],
    })
    this.#duration = new Histogram({
      name: 'biplane_admin_request_duration_seconds',
      help: 'How long requests to the Admin API took; for a write, until it was committed.',
      labelNames: ['method'],
      buckets: REQUEST_SECONDS,
      registers: [registry],
    })
  }

  observe(method: string, code: number, seconds: number): void {
    const known = METHODS.includes(method) ? method : 'other'
    this.#requests.inc({ method: known, code })
    this.#duration.observe({ method: known }, seconds)
  }

  get contentType(): string {
    return METRICS_TYPE
  }

  /** Asks the database first, if it can be asked. */
  async text(): Promise<string> {
    this.#sight = await this.#lookout.look()
    return this.#registry.metrics()
  }
}

function describeBackend(registry: Registry, { backend, hubs }: MeasuredAdmin): void {
  gaugeOf(
    registry,
    { name: 'biplane_revision', help: 'The newest revision that this process knows of.' },
    () => backend.source.revision,
  )
  gaugeOf(
    registry,
    { name: 'biplane_hubs_connected', help: 'Hubs that follow the feed of this process.' },
    hubs,
  )
  gaugeOf(
    registry,
    {
      name: 'biplane_keyring_left',
      help: 'Rows and revisions still to be sealed with the first key of the keyring, or opened where it is switched off.',
    },
    () => backend.unsealed(),
  )
  counterOf(
    registry,
    { name: 'biplane_database_outages_total', help: 'How often this process has lost the database.' },
    () => backend.condition.outages,
  )
  counterOf(
    registry,
    {
      name: 'biplane_database_restarts_total',
      help: 'Transactions that began anew because they lost against another one.',
    },
    () => backend.restarts(),
  )
}
