import type { PluginSchema } from '@biplane/entities'
import type { Answer, IncomingUpdate, Position } from '@biplane/protocol'
import { followSource, type Introduction } from '@biplane/protocol/stream'
import { type Address, backoff, type FollowerMetrics, formatAddress, type Logger } from '@biplane/service'

export interface ControlPlaneLink {
  /** In order of preference. */
  readonly addresses: readonly Address[]
  readonly pair: { readonly cert: string; readonly key: string }
  readonly introduction: Omit<Introduction, 'plugins' | 'relay'>
  readonly plugins: ReadonlyMap<string, PluginSchema>
  readonly position: () => Position
  /** Aborts when the node must be given everything anew. */
  readonly startOver: () => AbortSignal
  readonly apply: (update: IncomingUpdate) => Promise<Answer>
  readonly observe: Pick<FollowerMetrics, 'linked' | 'withheld'>
  readonly log: Logger
  readonly signal: AbortSignal
}

/** Follows the control plane, whichever of its hubs is there, until the signal aborts. */
export async function followControlPlane(link: ControlPlaneLink): Promise<void> {
  while (!link.signal.aborted) await followOnce(link, AbortSignal.any([link.signal, link.startOver()]))
}

function followOnce(link: ControlPlaneLink, signal: AbortSignal): Promise<void> {
  const { addresses, pair, introduction, plugins, position, apply, observe, log } = link
  const versions = [...plugins.values()].map(({ name, version }) => ({ name, version }))
  return followSource({
    addresses: addresses.map(formatAddress),
    tls: { credentials: () => pair },
    hello: () => ({ ...introduction, plugins: versions, relay: false }),
    position,
    // Whether it fits this node is for the source to judge: it knows the rules of both sides.
    onWelcome: () => null,
    onUpdate: apply,
    onWithheld(withheld) {
      const { reason, to } = withheld
      observe.withheld(withheld)
      log.warn(
        { reason, revision: to.revision },
        'the control plane withholds its config; the one here stays',
      )
    },
    onLink(current) {
      observe.linked(current)
      if (current === null) log.warn('the control plane is not connected; the config here stays')
      else log.info({ address: current.address }, 'the control plane is connected')
    },
    backoff,
    log,
    signal,
  })
}
