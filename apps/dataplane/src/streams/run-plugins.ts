import type { Entity, Json } from '@biplane/entities'
import type {
  Facilities,
  PluginLog,
  StreamContext,
  StreamFacts,
  StreamRecord,
  StreamVerdict,
} from '@biplane/plugins/handlers'
import type { NodeIdentity } from '../plugins/context.ts'
import { inTime, isPromise, tellFault } from '../plugins/faults.ts'
import type { PluginInstance } from '../plugins/instance.ts'
import type { Chain } from '../plugins/plan.ts'
import type { StreamPlugins } from './stream-plugins.ts'
import type { StreamVisit } from './stream-visit.ts'

/** What plugins of all streams are lent. */
export interface Lent {
  readonly node: NodeIdentity
  readonly facilities: Facilities
  readonly log: PluginLog
}

/** Runs the plugins of streams, by the config that each stream began with. No consumer is ever known. */
export function configuredStreamPlugins(lent: Lent): StreamPlugins {
  return (visit) => {
    const { runtime, route } = visit
    const service = route?.fields.service?.id ?? null
    const subject = { route: route?.fields.id ?? null, service, consumer: null }
    const chain = runtime.parts.streamPlugins.value.chain(route ?? null, subject)
    const context = new VisitContext(visit, lent)
    return { preread: () => runPreread(chain, context), log: () => runLog(chain, context) }
  }
}

/** The story of a stream as plugins see it. */
class VisitContext implements StreamContext {
  readonly stream: StreamFacts
  readonly clientIp: string
  readonly route: Entity | null
  readonly service: Entity | null
  readonly node: NodeIdentity
  readonly facilities: Facilities
  readonly log: PluginLog
  readonly #visit: StreamVisit
  #shared: Map<string, Json> | undefined

  constructor(visit: StreamVisit, { node, facilities, log }: Lent) {
    const { transport, isTls, serverName, port } = visit.exchange.stream
    this.stream = { transport, isTls, serverName: serverName ?? null, port }
    this.clientIp = visit.clientIp
    this.route = visit.fields
    this.service = visit.service?.fields ?? null
    this.node = node
    this.facilities = facilities
    this.log = log
    this.#visit = visit
  }

  get record(): StreamRecord {
    return this.#visit.record
  }

  get shared(): Map<string, Json> {
    this.#shared ??= new Map()
    return this.#shared
  }
}

/** What Kong makes of a plugin that crashes. */
const CRASHED: StreamVerdict = { status: 500, error: 'An unexpected error occurred' }

/** There is a promise only where there is something to wait for. */
function runPreread(
  chain: Chain,
  context: StreamContext,
  from = 0,
): StreamVerdict | undefined | Promise<StreamVerdict | undefined> {
  for (let i = from; i < chain.length; i++) {
    const instance = chain[i]
    if (instance?.handler.stream?.preread === undefined) continue
    const decided = preread(instance, context)
    if (isPromise(decided)) return decided.then((verdict) => verdict ?? runPreread(chain, context, i + 1))
    if (decided !== undefined) return decided
  }
  return undefined
}

function preread(
  instance: PluginInstance,
  context: StreamContext,
): StreamVerdict | undefined | Promise<StreamVerdict | undefined> {
  const crashed = (error: unknown): StreamVerdict => {
    tellFault('preread', instance, context, error)
    return CRASHED
  }
  try {
    const decided = instance.handler.stream?.preread?.(context)
    if (isPromise(decided)) return inTime(decided).then(checkVerdict).catch(crashed)
    return checkVerdict(decided)
  } catch (error) {
    return crashed(error)
  }
}

/** @throws TypeError for what no stream can be refused with */
function checkVerdict(verdict: StreamVerdict | undefined): StreamVerdict | undefined {
  if (verdict === undefined) return undefined
  if (typeof verdict !== 'object' || verdict === null) throw new TypeError('it returned no verdict')
  if (!Number.isInteger(verdict.status)) throw new TypeError('the status of its verdict is no whole number')
  return verdict
}

function runLog(chain: Chain, context: StreamContext): void {
  for (const instance of chain) {
    if (instance?.handler.stream?.log === undefined) continue
    const failed = (error: unknown): void => tellFault('log', instance, context, error)
    try {
      // Nothing waits for it; but plugins of others may return a promise, which nobody else would hear fail.
      const ended: unknown = instance.handler.stream.log(context)
      if (isPromise(ended)) ended.then(undefined, failed)
    } catch (error) {
      failed(error)
    }
  }
}
