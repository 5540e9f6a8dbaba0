import { X509Certificate } from 'node:crypto'
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls'
import { digestOf, type Trust } from './trust.ts'

/** What a peer showed in its handshake. */
export interface Shown {
  /** Its certificate, then its issuer and so on up to the root, as far as they were found; empty if it showed none. */
  readonly chain: readonly X509Certificate[]
  /** Why OpenSSL does not trust it as a client of our authorities; null if it does. Means nothing where there are none. */
  readonly fault: string | null
}

/** A root and three intermediates, above the certificate itself. */
const VERIFY_DEPTH = 4

/**
 * Why a peer is not, or no longer, let in; null if it is. What it proves of itself is for its handshake to check.
 *
 * @param now milliseconds since the epoch
 */
export function refusalOf({ chain, fault }: Shown, trust: Trust, now: number): string | null {
  const [own] = chain
  const root = chain.at(-1)
  if (own === undefined || root === undefined) return 'it showed no certificate'
  if (trust.kind === 'shared')
    return trust.digests.has(digestOf(own.raw)) ? null : 'its certificate is not accepted'
  if (fault !== null) return `its certificate is not accepted: ${fault}`
  if (chain.length - 1 > VERIFY_DEPTH)
    return `its certificate is ${chain.length - 1} steps away from the authority, more than ${VERIFY_DEPTH}`
  if (!trust.authorities.digests.has(digestOf(root.raw))) return 'its authority is not accepted'
  const ended = chain.find(({ validToDate }) => validToDate.getTime() < now)
  return ended === undefined ? null : `the certificate of ${oneLine(ended.subject)} has expired`
}

export function shownBy(socket: TLSSocket): Shown {
  const chain: X509Certificate[] = []
  // Without a certificate the object is empty. The root names itself as its issuer.
  let next: Partial<DetailedPeerCertificate> | undefined = socket.getPeerCertificate(true)
  while (next?.raw !== undefined) {
    chain.push(new X509Certificate(next.raw))
    next = next.issuerCertificate === next ? undefined : next.issuerCertificate
  }
  // Typed as an error, it is the code of one; and none at all where the peer is trusted.
  const fault: unknown = socket.authorizationError
  return { chain, fault: fault === undefined || fault === null ? null : String(fault) }
}

/** For people: the name in a certificate. */
export function nameIn(chain: readonly X509Certificate[]): string | undefined {
  const subject = chain[0]?.subject
  return subject === undefined ? undefined : oneLine(subject)
}

function oneLine(name: string): string {
  return name.replaceAll('\n', ', ')
}
