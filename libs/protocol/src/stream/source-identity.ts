import { isIP } from 'node:net'
import { checkServerIdentity, getCACertificates, type PeerCertificate } from 'node:tls'
import { CLUSTER_NAME, type FollowerTls } from './trust.ts'

/** By what a follower knows the source at an address. */
export interface SourceIdentity {
  /** Whom it trusts to issue the certificate of a source, PEM. */
  readonly roots: string
  /** The name it asks for in the handshake (SNI). */
  readonly askFor: string
  /** Returns what is wrong with the names in the certificate. */
  checkServerIdentity(asked: string, certificate: PeerCertificate): Error | undefined
}

/** @param address `host:port` */
export function identifySource({ credentials, sources }: FollowerTls, address: string): SourceIdentity {
  const trust = sources?.() ?? { kind: 'shared', accepted: [] }
  if (trust.kind === 'shared') {
    // Each certificate is its own root: exactly the sources that hold one of these pairs are trusted.
    const roots = [credentials().cert, ...trust.accepted].join('\n')
    return { roots, askFor: CLUSTER_NAME, checkServerIdentity }
  }
  const roots = trust.authorities ?? getCACertificates('system').join('\n')
  const name = trust.serverName ?? hostOf(address)
  // An IP address is no name that may be asked for; servers of ours look at none, but gRPC wants one.
  const askFor = isIP(name) === 0 ? name : CLUSTER_NAME
  return {
    roots,
    askFor,
    checkServerIdentity: (_asked, certificate) => checkServerIdentity(name, certificate),
  }
}

function hostOf(address: string): string {
  return address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
}
