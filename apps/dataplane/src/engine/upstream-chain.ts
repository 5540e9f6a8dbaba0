import { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { type DetailedPeerCertificate, getCACertificates, TLSSocket } from 'node:tls'
import type { UpstreamTls } from './engine.ts'

/**
 * Whether more certificates than are allowed stand between that of an upstream and the root that is trusted, counted as
 * OpenSSL does it for whoever asks; Node.js does not ask. A session that is taken up again shows no chain: it was judged when
 * it began.
 */
export function isTooDeep(socket: Socket, tls: UpstreamTls | null): boolean {
  if (tls === null || !tls.verify || !(socket instanceof TLSSocket)) return false
  const chain = chainOf(socket.getPeerCertificate(true))
  if (chain.length - 2 <= tls.depth) return false
  // An old root may stand above a new one: the chain ends with the first that is trusted.
  return !endsAbove(chain.slice(0, tls.depth + 1), tls.authorities ?? getCACertificates())
}

/** From that of the upstream to the last that is known. */
function chainOf(leaf: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain = [leaf]
  let at = leaf
  for (; at.issuerCertificate !== undefined && at.issuerCertificate !== at; at = at.issuerCertificate)
    chain.push(at.issuerCertificate)
  return chain
}

/** Whether one of them comes from a trusted root itself. */
function endsAbove(chain: readonly DetailedPeerCertificate[], trusted: readonly string[]): boolean {
  const certificates = chain.map(({ raw }) => new X509Certificate(raw))
  return trusted.some((pem) => {
    const root = new X509Certificate(pem)
    return root.checkIssued(root) && certificates.some((one) => one.checkIssued(root))
  })
}
