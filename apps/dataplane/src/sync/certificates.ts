import { X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { type FollowerTls, namedNode, type SourceTrust } from '@biplane/protocol/stream'
import { type Settings, StartProblem } from '@biplane/service'

/** What is taken over without a restart when the files that hold it change. */
export const LINK_FILES = [
  'cluster_cert',
  'cluster_cert_key',
  'cluster_cert_accepted',
  'cluster_ca_cert',
] as const

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

  /** @throws where they cannot be used; those before then stay */
  replace(files: Pick<LinkSettings, (typeof LINK_FILES)[number]>): void {
    const { cluster_cert: cert, cluster_cert_key: key } = files
    createSecureContext({ cert, key })
    const next = { ...this.#current, ...files }
    const [before, after] = [nodeOf(this.#current), nodeOf(next)]
    if (before !== after)
      throw new Error(
        `cluster_cert: it is that of ${after ?? 'no node'}, not of ${before ?? 'any'}: restart to be it`,
      )
    this.#current = next
  }

  /**
   * The id of this node where its certificate was issued to one: hubs let it speak for no other. Else the one that is set.
   *
   * @throws StartProblem where they are of different nodes
   */
  nodeId(set: string | null): string | null {
    const named = nodeOf(this.#current)
    if (set === null || named === null || set === named) return named ?? set
    throw new StartProblem(
      `node_id: cluster_cert was issued to the node ${named}, and hubs let it speak for no other: leave node_id out, or give this node a certificate of its own`,
    )
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

function nodeOf({ cluster_mtls, cluster_cert }: LinkSettings): string | null {
  if (cluster_mtls === 'shared') return null
  return namedNode(new X509Certificate(cluster_cert).toLegacyObject().subject)
}
