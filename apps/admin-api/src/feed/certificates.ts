import type { AcceptedTls, Pair, Trust } from '@biplane/protocol/stream'
import { certificateDigest, type Settings } from '@biplane/service'

export type LinkSettings = Pick<Settings<'admin-api'>, 'feed_cert' | 'feed_cert_key' | 'feed_cert_accepted'>

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

  replace(settings: LinkSettings): void {
    this.#trust = trustOf(settings)
    this.#pair = pairOf(settings)
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
  return { kind: 'shared', digests: new Set([feed_cert, ...feed_cert_accepted].map(certificateDigest)) }
}
