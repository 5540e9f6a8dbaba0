import { isIP } from 'node:net'
import {
  checkServerIdentity,
  createSecureContext,
  getCACertificates,
  type PeerCertificate,
  type SecureContext,
} from 'node:tls'
import { CLUSTER_NAME, type FollowerTls } from './trust.ts'

/** By what a follower and the source at an address know each other. */
export interface SourceIdentity {
  /** What the follower shows, and whom it trusts. */
  readonly context: SecureContext
  /** The name it asks for in the handshake (SNI). */
  readonly askFor: string
  /** Returns what is wrong with the names in the certificate of the source. */
  checkServerIdentity(asked: string, certificate: PeerCertificate): Error | undefined
}

/** @param address `host:port` */
export function identifySource(tls: FollowerTls, address: string): SourceIdentity {
  const pair = tls.credentials()
  const trust = tls.sources?.() ?? { kind: 'shared', accepted: [] }
  if (trust.kind === 'shared') {
    // Each certificate is its own root: exactly the sources that hold one of these pairs are trusted. All are of one
    // name, and only so does OpenSSL look for the very certificate among them instead of for its issuer.
    const ca = [pair.cert, ...trust.accepted]
    const context = createSecureContext({ ...pair, ca, allowPartialTrustChain: true })
    return { context, askFor: CLUSTER_NAME, checkServerIdentity }
  }
  const context = createSecureContext({ ...pair, ca: trust.authorities ?? getCACertificates('system') })
  const name = trust.serverName ?? hostOf(address)
  // An IP address is no name that may be asked for. Servers of ours look at none, but gRPC wants one.
  const askFor = isIP(name) === 0 ? name : CLUSTER_NAME
  return {
    context,
    askFor,
    checkServerIdentity: (_asked, certificate) => checkServerIdentity(name, certificate),
  }
}

function hostOf(address: string): string {
  return address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
}
