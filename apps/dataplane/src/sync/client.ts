import { entityKinds } from '@biplane/entities'
import type { Answer, IncomingUpdate, Position } from '@biplane/protocol'
import {
  type FollowerTls,
  type ForwardProxy,
  followSource,
  type Introduction,
  type Link,
} from '@biplane/protocol/stream'
import { type Address, backoff, type FollowerMetrics, formatAddress, type Logger } from '@biplane/service'
import type { NodeDescription } from '../status.ts'
import type { LineState } from './line-state.ts'

export interface ControlPlaneLink {
  /** In order of preference. */
  readonly addresses: readonly Address[]
  readonly tls: Pick<Required<FollowerTls>, 'credentials' | 'sources'>
  /** Stands between the node and all of its hubs; null where nothing does. */
  readonly proxy: ForwardProxy | null
  readonly introduction: Omit<Introduction, 'plugins' | 'relay'>
  readonly plugins: NodeDescription['plugins']
  readonly position: () => Position
  /** Aborts when the node must be given everything anew. */
  readonly startOver: () => AbortSignal
  readonly apply: (update: IncomingUpdate) => Promise<Answer>
  readonly observe: Pick<FollowerMetrics, 'linked' | 'withheld'>
  /** Told of each link, and when it is lost (null). */
  readonly onLink: (link: Link | null) => void
  readonly state: LineState
  readonly log: Logger
  readonly signal: AbortSignal
}

/** Hubs send no other: some kinds came within a release. */
const KNOWN_KINDS = entityKinds.map(({ kind }) => kind)

/** Follows the control plane, whichever of its hubs is there, until the signal aborts. */
export async function followControlPlane(link: ControlPlaneLink): Promise<void> {
  if (link.proxy !== null) {
    const proxy = formatAddress(link.proxy)
    link.log.info({ proxy, tls: link.proxy.tls !== null }, `hubs are reached through the proxy ${proxy}`)
  }
  while (!link.signal.aborted) await followOnce(link, AbortSignal.any([link.signal, link.startOver()]))
}

function followOnce(link: ControlPlaneLink, signal: AbortSignal): Promise<void> {
  const { addresses, tls, introduction, plugins, position, state, observe, log } = link
  const versions = [...plugins.values()].map(({ name, version }) => ({ name, version }))
  return followSource({
    addresses: addresses.map(formatAddress),
    tls: {
      credentials: () => tls.credentials(),
      sources: () => tls.sources(),
      proxy: () => link.proxy,
    },
    hello: () => ({ ...introduction, plugins: versions, kinds: KNOWN_KINDS, relay: false }),
    position,
    // Whether it fits this node is for the source to judge: it knows the rules of both sides.
    onWelcome(welcome, address) {
      state.welcomed(welcome, address)
      return null
    },
    onUpdate: state.remembered(link.apply),
    onWithheld(withheld) {
      observe.withheld(withheld)
      state.withheld(withheld)
      const { reason, to } = withheld
      const level = reason.kind === 'source_empty' ? 'info' : 'warn'
      log[level](
        { reason, revision: to.revision },
        `the control plane has no config for this node: ${reason.message}; the config here stays`,
      )
    },
    onLink(current) {
      observe.linked(current)
      link.onLink(current)
      state.linked(current)
    },
    onTrouble: (address, reason) => state.troubled(address, reason),
    backoff,
    log,
    signal,
  })
}
