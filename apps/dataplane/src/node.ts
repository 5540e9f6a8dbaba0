import { openStore, type Store, type StoreKey, type StoreOptions } from '@biplane/config-store'
import {
  entityKinds,
  entityKindsOf,
  entityRegistry,
  referenceablePaths,
  targetHealth,
} from '@biplane/entities'
import { type Answer, type IncomingUpdate, NOWHERE, type Position } from '@biplane/protocol'
import { type Logger, News } from '@biplane/service'
import type { ListenAddress } from './engine/engine.ts'
import { MetricSums } from './facilities/metric-sums.ts'
import { type NodeHealth, nodeHealth } from './health/node-health.ts'
import type { InstalledPlugins } from './plugins/installed.ts'
import { otherFlavor } from './router/other-flavor.ts'
import { storeLookups } from './runtime/lookups.ts'
import { SharedCounterTable } from './shared-counters/shared-counters.ts'
import type { StreamAddress } from './streams/stream.ts'
import { type CheckChange, changeChecker } from './sync/check-change.ts'
import { storedMarks } from './sync/new-marks.ts'
import { type MarkedTargets, reconfigure } from './sync/reconfigure.ts'
import { SharedTable } from './upstreams/shared-table.ts'
import type { Controls } from './workers/controls.ts'
import { Counters } from './workers/counters.ts'
import { Exclusive } from './workers/exclusive.ts'
import type { WorkerSettings } from './workers/messages.ts'
import { type PoolOptions, WorkerPool } from './workers/worker-pool.ts'
import type { PluginSettings } from './workers/worker-settings.ts'

export interface NodeOptions {
  readonly store: Pick<StoreOptions, 'directory' | 'mapSize' | 'encryption'>
  readonly plugins: InstalledPlugins
  readonly workers: number
  readonly listens: readonly ListenAddress[]
  /** Where streams come in. */
  readonly streams: readonly StreamAddress[]
  readonly settings: Omit<WorkerSettings, PluginSettings>
  /** What all workers are told at any moment. */
  readonly controls: Controls
  readonly log: Logger
  /** After which a worker that does not beat is replaced. */
  readonly silenceMs?: number
}

/** A data plane without its line to the control plane: what it has it serves, and what it is given it applies. */
export interface DataPlane {
  readonly pool: WorkerPool
  readonly counters: Counters
  /** What plugins measured, and what they count in. */
  readonly metrics: MetricSums
  readonly sharedCounters: SharedCounterTable
  readonly health: NodeHealth
  /** What all workers are told at any moment. */
  readonly controls: Controls
  /** What it has, and would begin with after a restart. */
  position(): Position
  /** What all of its workers serve, which follows within milliseconds. */
  served(): Position
  /** Aborts when what it has turns out to be damaged: it must be given everything anew. */
  startOver(): AbortSignal
  apply(update: IncomingUpdate): Promise<Answer>
  /** Has what lies encrypted on the disk open by exactly these keys. Throws where that cannot be written. */
  adoptKeys(keys: readonly StoreKey[]): void
  /** Finishes requests in flight within this time, then closes everything. */
  close(graceMs: number): Promise<void>
}

/**
 * Opens the copy of the config and serves it at once, whoever else is down.
 *
 * @throws what keeps a worker from listening
 */
export async function openDataPlane(options: NodeOptions): Promise<DataPlane> {
  const { plugins, workers, listens, streams, settings, controls, log, silenceMs } = options
  const lookups = storeLookups(entityKinds)
  const condition = new Condition()
  const onDamage = () => condition.lose()
  // Checking the store and starting threads take about as long: neither waits for the other.
  const opening = openStore({ ...options.store, lookups, log, onDamage })
  const counters = Counters.forWorkers(workers)
  const exclusive = new Exclusive()
  const registry = entityRegistry(entityKindsOf(settings.router_flavor))
  const check = changeChecker(registry, { plugins: plugins.schemas }, (change) =>
    otherFlavor(change, settings.router_flavor),
  )
  const orders = { listens, streams, settings: { ...settings, ...pluginSettings(plugins) } }
  const generation = async () => (await opening).generation
  const marks = async () => storedMarks(await opening)
  const watch = silenceMs === undefined ? {} : { silenceMs }
  const sharedCounters = new SharedCounterTable(SharedCounterTable.memory(), workers)
  const upstreams = SharedTable.forWorkers(workers)
  const metrics = new MetricSums()
  const shared = { counters, sharedCounters, metrics, upstreams, controls, exclusive, log }
  const starting = WorkerPool.start({ workers, orders, generation, marks, ...shared, ...watch })
  const [store, pool] = await Promise.allSettled([opening, starting])
  if (store.status === 'rejected') throw store.reason
  if (pool.status === 'fulfilled') return assemble(store.value, pool.value, shared, condition, check)
  await store.value.close()
  throw pool.reason
}

function pluginSettings({ schemas, handlers }: InstalledPlugins): Pick<WorkerSettings, PluginSettings> {
  const references = Object.fromEntries(
    [...schemas].map(([name, { fields }]) => [name, referenceablePaths({ config: fields.config })]),
  )
  return { plugins: [...schemas.keys()], handlers, references }
}

/** Whether the stored config may be built on. It is served all the same, as long as it can be. */
class Condition {
  #usable = true
  #startOver = new AbortController()

  get usable(): boolean {
    return this.#usable
  }

  get startOver(): AbortSignal {
    return this.#startOver.signal
  }

  /** From now on the node says that it has nothing, and the control plane gives it everything. */
  lose(): void {
    this.#usable = false
    this.#startOver.abort()
    this.#startOver = new AbortController()
  }

  restore(): void {
    this.#usable = true
  }
}

function assemble(
  store: Store,
  pool: WorkerPool,
  shared: Omit<PoolOptions, 'workers' | 'orders' | 'generation' | 'marks'>,
  condition: Condition,
  check: CheckChange,
): DataPlane {
  const { counters, sharedCounters, metrics, controls, upstreams, exclusive, log } = shared
  const news = new News(() => performance.now())
  const stopping = new AbortController()
  const marks: MarkedTargets = {
    known: (id) => (condition.usable ? store.get(targetHealth.kind, id) : undefined),
    say: (words) => pool.mark(words),
    changed: () => upstreams.changed(),
  }
  const parts = { store, workers: pool, check, marks, exclusive, log, news, stopping: stopping.signal }
  if (pool.startErrors.length > 0) {
    // A copy that does not compile here, say for a plugin that is no longer installed, is as good as none.
    log.error({ errors: pool.startErrors }, 'the stored config cannot be served by this node')
    condition.lose()
  }
  let served = store.position
  return {
    pool,
    counters,
    sharedCounters,
    metrics,
    health: nodeHealth(
      (order) => pool.health(order),
      () => upstreams.changes,
    ),
    controls,
    position: () => (condition.usable ? store.position : NOWHERE),
    served: () => (condition.usable ? served : NOWHERE),
    startOver: () => condition.startOver,
    async apply(update) {
      const answer = await reconfigure(parts, update)
      if (answer.kind === 'applied') served = answer.position
      if (answer.kind === 'applied' && update.kind === 'snapshot') condition.restore()
      return answer
    },
    adoptKeys: (keys) => store.adoptKeys(keys),
    async close(graceMs) {
      stopping.abort()
      await pool.close(graceMs)
      // An apply that was saved is brought to its end first: nothing is left half done.
      await exclusive.run(() => store.close())
    },
  }
}
