import { once } from 'node:events'
import { parentPort, workerData } from 'node:worker_threads'
import { openReader } from '@biplane/config-store'
import { entityKinds } from '@biplane/entities'
import { NOWHERE } from '@biplane/protocol'
import { ownEnvironment } from '@biplane/service/environment'
import { nodeHttpEngine } from './engine/node-http.ts'
import { KeptThings } from './facilities/kept-things.ts'
import { MetricDeltas } from './facilities/metric-deltas.ts'
import { Load } from './overload/load.ts'
import { memoryOfThread } from './overload/memory-of-thread.ts'
import { runCertificate } from './plugins/handshake.ts'
import { containStrays } from './plugins/strays.ts'
import { workerPlugins } from './plugins/worker-plugins.ts'
import { clientAddresses } from './proxy/client-address.ts'
import { requestHandler } from './proxy/handle.ts'
import { compiler, noPartsOf } from './runtime/compile.ts'
import { Live } from './runtime/live.ts'
import { credentialKeys } from './runtime/lookups.ts'
import { emptyRuntime } from './runtime/runtime.ts'
import { RuntimeSwitch } from './runtime/runtime-switch.ts'
import { SharedCounterTable } from './shared-counters/shared-counters.ts'
import { ServedCertificates } from './tls/served-certificates.ts'
import { openUpstreams } from './upstreams/open-upstreams.ts'
import { SharedTable } from './upstreams/shared-table.ts'
import { answerAsks } from './workers/answer-asks.ts'
import { beat } from './workers/beat.ts'
import { Controls } from './workers/controls.ts'
import { Counters, responseClass, tooSlow } from './workers/counters.ts'
import { healthDuty } from './workers/health-duty.ts'
import type { Beginning, FromWorker, WorkerOrders } from './workers/messages.ts'
import { streamService } from './workers/stream-service.ts'
import { logWarnings, threadLog } from './workers/thread-log.ts'

// The wiring of one worker thread: it serves traffic, and the main thread tells it what from.
const orders = workerData as WorkerOrders // made by worker-thread.ts, which is typed the same
const { slot, settings } = orders
const main = parentPort
if (main === null) throw new Error('this file runs in a worker thread')

/** As often as Kong's workers tell what they counted, and twice. */
const MEASURED_EVERY_MS = 500

const counters = new Counters(orders.counters)
const controls = new Controls(orders.controls)
const load = new Load(counters, slot, settings.limits)
beat(counters, slot, (late, now) => load.look(late, now, memoryOfThread()))

const log = threadLog(
  main,
  () => controls.logLevel,
  () => performance.now(),
)
logWarnings(log)
containStrays(settings.handlers, log)

// Listened for before anything is waited for, so that it is not missed.
const beginning = once(main, 'message')
const installed = await workerPlugins(settings)
const { references, vault_env_prefix: prefix } = settings
const secrets = { environment: ownEnvironment(), prefix, references }
const none = noPartsOf(settings.router_flavor)
const upstreams = openUpstreams(settings.dns, new SharedTable(orders.upstreams), slot, log)
const certificates = new ServedCertificates(settings.tls, log, (serverName, clientIp) =>
  runCertificate(live.current.parts.plugins.value.everywhere, {
    serverName: serverName ?? null,
    clientIp,
    log,
  }),
)
const live = new Live(emptyRuntime(NOWHERE, none), ({ parts }) => {
  certificates.follow(parts.certificates.value)
  upstreams.follow(parts.balancers.value)
  health.follow()
})
const health = healthDuty(live, upstreams, settings, log, () => counters.add(slot, 'probes', 1))
const reader = openReader()
const runtimes = new RuntimeSwitch(live, compiler(installed, secrets), reader, none)
const metrics = new MetricDeltas()
setInterval(() => {
  const deltas = metrics.take()
  if (deltas.length > 0) main.postMessage({ kind: 'measured', deltas } satisfies FromWorker)
}, MEASURED_EVERY_MS).unref()
const kept = new KeptThings(
  () => performance.now(),
  (error) => log.warn({ error: String(error) }, 'what a plugin kept could not be closed'),
)
const facilities = {
  counters: new SharedCounterTable(orders.sharedCounters, slot),
  metrics,
  keep: kept.keep.bind(kept),
  now: Date.now,
  log,
}
const handle = requestHandler(live, {
  node: settings.node,
  facilities,
  clientAddress: clientAddresses(settings),
  upstreams,
  load,
  credentialKeys: credentialKeys(entityKinds),
  answerHeaders: settings.headers,
  serverToken: settings.serverToken,
  http: settings,
  debugWorker: settings.debug_revision ? String(slot) : null,
  log,
  clock: () => performance.now(),
  now: () => Math.floor(Date.now() / 1000),
})
const engine = nodeHttpEngine(handle, settings, {
  draining: () => controls.draining,
  connected: () => {
    counters.add(slot, 'accepted', 1)
    counters.add(slot, 'active', 1)
  },
  disconnected: () => counters.add(slot, 'active', -1),
  hasRoom: (leaving) => load.hasRoom(leaving),
  crowded: (what) => counters.add(slot, what === 'refused' ? 'connectionsRefused' : 'connectionsGivenUp', 1),
  room: load.room,
  certificates,
  upstreams: {
    opened: () => counters.add(slot, 'upstreamConnections', 1),
    closed: () => counters.add(slot, 'upstreamConnections', -1),
    mayKeep: () => load.mayKeepUpstream,
  },
  tooSlow: (slowness) => counters.add(slot, tooSlow(slowness), 1),
  requested: () => {
    counters.add(slot, 'requests', 1)
    counters.add(slot, 'inFlight', 1)
  },
  answered: (status, tookMs) => {
    counters.add(slot, 'inFlight', -1)
    counters.add(slot, responseClass(status), 1)
    // A tunnel lasts as long as its ends like.
    if (status !== 101) counters.observe(slot, 'requestSeconds', tookMs / 1000)
  },
})
const parts = { slot, counters, load, upstreams, certificates, facilities, log }
const streams = streamService(live, settings, parts)

// worker-thread.ts sends it, typed the same.
const [{ generation, marks }] = (await beginning) as [Beginning]
const errors = await runtimes.serveStored(generation)
await health.mark(marks)
const ports = await Promise.all(orders.listens.map((address) => engine.listen(address)))
await streams.listen(orders.streams)
health.serve(main)
const traffic = {
  async close(graceMs: number) {
    const [cut] = await Promise.all([engine.close(graceMs), streams.close(graceMs)])
    return cut
  },
}
answerAsks(main, runtimes, traffic, reader, kept, ({ requests, tunnels }) => {
  counters.add(slot, 'cutRequests', requests)
  counters.add(slot, 'cutTunnels', tunnels)
})
main.postMessage({ kind: 'serving', ports, errors } satisfies FromWorker)
