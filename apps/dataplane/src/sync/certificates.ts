import type { FollowerTls, SourceTrust } from '@biplane/protocol/stream'
import type { Settings } from '@biplane/service'

export type LinkSettings = Pick<
  Settings<'dataplane'>,
  | 'cluster_mtls'
  | 'cluster_cert'
  | 'cluster_cert_key'
  | 'cluster_cert_accepted'
  | 'cluster_ca_cert'
  | 'cluster_server_name'
>

/** How a node shows who it is, and knows its hub. What is replaced counts from the next connection on. */
export class LinkCertificates implements FollowerTls {
  #current: LinkSettings

  constructor(settings: LinkSettings) {
    this.#current = settings
  }

  replace(settings: LinkSettings): void {
    this.#current = settings
  }

  credentials() {
    return { cert: this.#current.cluster_cert, key: this.#current.cluster_cert_key }
  }

  sources(): SourceTrust {
    const { cluster_mtls, cluster_cert_accepted, cluster_ca_cert, cluster_server_name } = this.#current
    return cluster_mtls === 'shared'
      ? { kind: 'shared', accepted: cluster_cert_accepted }
      : { kind: 'pki', authorities: cluster_ca_cert, serverName: cluster_server_name }
  }
}
