import type { Socket } from 'node:net'
import { type DetailedPeerCertificate, TLSSocket } from 'node:tls'
import type { UpstreamTls } from './engine.ts'

/** Whether more certificates than are allowed stand between that of an upstream and one that is trusted: Node.js does not ask. */
export function isTooDeep(socket: Socket, tls: UpstreamTls | null): boolean {
  if (tls === null || !tls.verify || tls.depth === null || !(socket instanceof TLSSocket)) return false
  return chainLength(socket.getPeerCertificate(true)) - 2 > tls.depth
}

/** That of the upstream and the trusted one included. */
function chainLength(leaf: DetailedPeerCertificate): number {
  let length = 1
  let at = leaf
  for (; at.issuerCertificate !== undefined && at.issuerCertificate !== at; at = at.issuerCertificate)
    length += 1
  return length
}
