import { randomUUID } from 'node:crypto'
import { storeKeysFrom } from '@biplane/config-store'
import { forwardProxy } from '@biplane/protocol/stream'
import { type FollowerMetrics, followSettings, type RunningApp } from '@biplane/service'
import type { DataPlane } from '../node.ts'
import type { NodeDescription } from '../status.ts'
import { LINK_FILES, type LinkCertificates } from './certificates.ts'
import { followControlPlane } from './client.ts'
import type { LineState } from './line-state.ts'
import { HealthTeller } from './tell-health.ts'

export interface Line {
  readonly who: NodeDescription
  readonly link: LinkCertificates
  readonly metrics: FollowerMetrics
  readonly state: LineState
}

/** Has a node follow its control plane for as long as its process runs, with the certificates that its files hold by then. */
export function keepLine(
  { settings, reread, log, signal, keep }: RunningApp<'dataplane'>,
  node: DataPlane,
  { who, link, metrics, state }: Line,
): void {
  const { id: nodeId, hostname, version, labels, plugins } = who
  const teller = new HealthTeller({ health: node.health, now: Date.now, signal })
  const apply = metrics.counted(node.apply)
  const following = followControlPlane({
    addresses: settings.cluster_control_plane,
    tls: link,
    proxy: forwardProxy(settings),
    introduction: { nodeId, instance: randomUUID(), hostname, version, labels },
    plugins,
    position: node.position,
    startOver: node.startOver,
    async apply(update) {
      const answer = await apply(update)
      teller.look()
      return answer
    },
    onLink: (current) => teller.linked(current),
    observe: metrics,
    state,
    log,
    signal,
  })
  keep('the line to the control plane', following)
  keep('what the control plane is told of health', teller.run())
  const renewing = followSettings({
    names: [...LINK_FILES, 'cluster_cert_key_previous'],
    ...{ what: 'certificates of the link', started: settings, reread, log, signal },
    apply(files) {
      link.replace(files)
      node.adoptKeys(storeKeysFrom(files))
    },
  })
  keep('the certificates of the link', renewing)
}
