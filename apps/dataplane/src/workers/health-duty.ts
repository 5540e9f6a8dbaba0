import type { MessagePort } from 'node:worker_threads'
import type { TargetHealth } from '@biplane/entities'
import { probe } from '../engine/probe.ts'
import { answerHealth, type HealthDuties } from '../health/answer-health.ts'
import { markTargets } from '../health/mark-targets.ts'
import { Prober, type ProberParts } from '../health/prober.ts'
import type { HttpSettings } from '../proxy/http-settings.ts'
import { shownPair } from '../runtime/certificates.ts'
import type { Live } from '../runtime/live.ts'
import type { Upstreams } from '../upstreams/upstreams.ts'
import type { FromWorker, ToWorker } from './messages.ts'

/** What a worker does for the health of upstreams, beside its requests. */
export interface HealthDuty {
  /** To be told of every config that is served. */
  follow(): void
  mark(marks: readonly TargetHealth[]): Promise<void>
  /** Does what the main thread wants, until it wants the worker to stop. */
  serve(main: MessagePort): void
}

/**
 * @param http what upstreams are shown where the config names nothing
 * @param probing told of each probe
 */
export function healthDuty(
  live: Live,
  upstreams: Pick<Upstreams, 'selection' | 'lookup'>,
  http: Pick<HttpSettings, 'client_pair'>,
  log: ProberParts['log'],
  probing: () => void,
): HealthDuty {
  const stopping = new AbortController()
  let prober: Prober | undefined
  const balancers = () => live.current.parts.balancers.value
  const selection: ProberParts['selection'] = (upstream) => upstreams.selection(upstream)
  const pair: ProberParts['pair'] = ({ fields }) =>
    shownPair(live.current.parts.certificates.value, fields.client_certificate, http.client_pair, log)
  const counted: ProberParts['probe'] = (...asked) => {
    probing()
    return probe(...asked)
  }
  const duties: HealthDuties = {
    balancers,
    selection,
    lookup: (name) => upstreams.lookup(name),
    measuredFor() {
      const { plugins, streamPlugins } = live.current.parts
      return [
        ...(plugins.value.showsHealth ? (['http'] as const) : []),
        ...(streamPlugins.value.showsHealth ? (['stream'] as const) : []),
      ]
    },
    probe() {
      const [clock, random] = [() => performance.now(), Math.random]
      const { signal } = stopping
      prober ??= new Prober({ probe: counted, selection, pair, clock, random, log, signal })
      prober.follow(balancers())
    },
  }
  const told = async (order: Parameters<typeof answerHealth>[0]) => {
    try {
      return await answerHealth(order, duties)
    } catch (error) {
      // The requests of this worker are worth more than this: another one is asked.
      log.warn({ order: order.op, error: String(error) }, 'the health of upstreams cannot be told')
      return null
    }
  }
  return {
    follow: () => prober?.follow(balancers()),
    mark: (marks) => markTargets(marks, balancers(), duties),
    serve(main) {
      main.on('message', (asked: ToWorker) => {
        if (!('health' in asked)) return asked.op === 'drain' ? stopping.abort() : undefined
        void told(asked.health).then((answer) =>
          main.postMessage({ kind: 'health', ask: asked.ask, told: answer } satisfies FromWorker),
        )
      })
    },
  }
}
