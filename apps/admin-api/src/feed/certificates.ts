import { createSecureContext } from 'node:tls'
import { type AcceptedTls, certificatesIn, type Pair, type Trust } from '@biplane/protocol/stream'
import { certificateDigest, type Settings } from '@biplane/service'

/** What is taken over without a restart when the files that hold it change. */
export const LINK_FILES = ['feed_cert', 'feed_cert_key', 'feed_cert_accepted'] as const

export type LinkSettings = Pick<Settings<'admin-api'>, (typeof LINK_FILES)[number]>

/**
 * How the feed shows who it is: whoever has the very certificate of the control plane, or one that is accepted besides,
 * is a hub. What is replaced counts from the next connection on; hubs that are no longer accepted are cut off.
 */
export class LinkCertificates implements AcceptedTls {
  #pair: Pair
  #trust: Trust

  constructor(settings: LinkSettings) {
    this.#pair = pairOf(settings)
    this.#trust = trustOf(settings)
  }

  /** @throws where they cannot be used; those before then stay */
  replace(settings: LinkSettings): void {
    const [pair, trust] = [pairOf(settings), trustOf(settings)]
    createSecureContext({ ...pair })
    this.#trust = trust
    this.#pair = pair
  }

  credentials(): Pair {
    return this.#pair
  }

  trust(): Trust {
    return this.#trust
  }
}

function pairOf({ feed_cert, feed_cert_key }: LinkSettings): Pair {
  return { cert: feed_cert, key: feed_cert_key }
}

function trustOf({ feed_cert, feed_cert_accepted }: LinkSettings): Trust {
  const accepted = feed_cert_accepted.flatMap(certificatesIn).map(({ raw }) => certificateDigest(raw))
  return { kind: 'shared', digests: new Set([certificateDigest(feed_cert), ...accepted]) }
}
