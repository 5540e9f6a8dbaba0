import { createSecureContext } from 'node:tls'
import {
  type AcceptedTls,
  authoritiesOf,
  certificatesIn,
  type FollowerTls,
  type Trust,
} from '@biplane/protocol/stream'
import { askResponder, certificateDigest, type Settings } from '@biplane/service'

/** What is taken over without a restart when the files that hold it change. */
export const LINK_FILES = [
  'cluster_cert',
  'cluster_cert_key',
  'cluster_cert_accepted',
  'cluster_ca_cert',
  'feed_cert',
  'feed_cert_key',
  'feed_cert_accepted',
] as const

export type LinkSettings = Pick<
  Settings<'sync-hub'>,
  | 'cluster_mtls'
  | 'cluster_cert'
  | 'cluster_cert_key'
  | 'cluster_cert_accepted'
  | 'cluster_ca_cert'
  | 'cluster_ocsp'
  | 'cluster_ocsp_interval'
  | 'feed_cert'
  | 'feed_cert_key'
  | 'feed_cert_accepted'
>

/**
 * How a hub shows who it is, to nodes by one pair and to feeds by another, and whom it believes. What is replaced counts
 * from the next connection on; nodes that are no longer accepted are cut off.
 */
export class LinkCertificates {
  #current: LinkSettings
  #trust: Trust

  constructor(settings: LinkSettings) {
    this.#current = settings
    this.#trust = trustOf(settings)
  }

  /** @throws where they cannot be used; those before then stay */
  replace(files: Pick<LinkSettings, (typeof LINK_FILES)[number]>): void {
    const next = { ...this.#current, ...files }
    if (this.#current.cluster_ca_cert !== null && next.cluster_ca_cert === null)
      throw new Error('cluster_ca_cert: there is none any more, which takes a restart')
    const trust = trustOf(next)
    createSecureContext({ cert: next.cluster_cert, key: next.cluster_cert_key })
    createSecureContext({ cert: next.feed_cert, key: next.feed_cert_key })
    this.#trust = trust
    this.#current = next
  }

  get nodes(): AcceptedTls {
    return {
      credentials: () => ({ cert: this.#current.cluster_cert, key: this.#current.cluster_cert_key }),
      trust: () => this.#trust,
      recheckMs: this.#current.cluster_ocsp_interval * 1000,
    }
  }

  /** For hubs that follow this one: nodes have none of these. */
  get hubs(): AcceptedTls {
    return {
      credentials: () => ({ cert: this.#current.feed_cert, key: this.#current.feed_cert_key }),
      trust: () => {
        const { feed_cert, feed_cert_accepted } = this.#current
        const accepted = feed_cert_accepted.flatMap(certificatesIn).map(({ raw }) => certificateDigest(raw))
        return { kind: 'shared', digests: new Set([certificateDigest(feed_cert), ...accepted]) }
      },
    }
  }

  get feed(): FollowerTls {
    return {
      credentials: () => ({ cert: this.#current.feed_cert, key: this.#current.feed_cert_key }),
      sources: () => ({ kind: 'shared', accepted: this.#current.feed_cert_accepted }),
    }
  }
}

function trustOf(settings: LinkSettings): Trust {
  const { cluster_mtls, cluster_cert, cluster_cert_accepted, cluster_ca_cert, cluster_ocsp } = settings
  // A control plane in mode pki does not start without an authority.
  if (cluster_mtls === 'shared' || cluster_ca_cert === null) {
    const accepted = cluster_cert_accepted.flatMap(certificatesIn).map(({ raw }) => certificateDigest(raw))
    return { kind: 'shared', digests: new Set([certificateDigest(cluster_cert), ...accepted]) }
  }
  const revocation = cluster_ocsp === 'off' ? null : { required: cluster_ocsp === 'on', check: askResponder }
  return { kind: 'pki', authorities: authoritiesOf(cluster_ca_cert), revocation }
}
