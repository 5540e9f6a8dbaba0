import type { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { Refusal } from './refusal.ts'
import { digestOf, type Trust } from './trust.ts'

/** What a peer showed in its handshake. */
export interface Shown {
  /** Its certificate, then its issuer and so on, up to the root where it was trusted; empty if it showed none. */
  readonly chain: readonly X509Certificate[]
  /** Of its certificate, as `digestOf` gives it; empty if it showed none. */
  readonly digest: string
  /** The authorities that OpenSSL verified it against; empty in mode `shared`. */
  readonly authorities: string
  /** Why OpenSSL does not trust it as a client of these; null if it does. */
  readonly fault: string | null
}

/** A root and three intermediates, above the certificate itself. */
const VERIFY_DEPTH = 4

/**
 * Why a peer is not, or no longer, let in; null if it is. What it proves of itself is for its handshake to check.
 *
 * @param now milliseconds since the epoch
 */
export function refusalOf(
  { chain, digest, authorities, fault }: Shown,
  trust: Trust,
  now: number,
): Refusal | null {
  const [own] = chain
  const root = chain.at(-1)
  if (own === undefined || root === undefined)
    return { cause: 'no_certificate', reason: 'it showed no certificate' }
  if (trust.kind === 'shared')
    return trust.digests.has(digest) ? null : notAccepted('its certificate is not accepted')
  if (fault !== null) {
    const reason = `its certificate is not accepted: ${fault}`
    return fault === 'CERT_HAS_EXPIRED' ? { cause: 'expired', reason } : notAccepted(reason)
  }
  if (chain.length - 1 > VERIFY_DEPTH)
    return notAccepted(`its certificate is more than ${VERIFY_DEPTH} steps away from the authority`)
  const known = issued(root, root)
    ? trust.authorities.digests.has(digestOf(root.raw))
    : authorities === trust.authorities.pem
  if (!known) return notAccepted('its authority is no longer accepted')
  const ended = chain.find(({ validToDate }) => validToDate.getTime() < now)
  if (ended === undefined) return null
  return { cause: 'expired', reason: `the certificate of ${nameOf(ended)} has expired` }
}

const notAccepted = (reason: string): Refusal => ({ cause: 'not_accepted', reason })

/** @param sent what the peer sent: its certificate, then others in any order */
export function shownBy(socket: TLSSocket, sent: readonly X509Certificate[], trust: Trust): Shown {
  const [own, ...rest] = sent
  const [authorities, issuers] =
    trust.kind === 'pki' ? [trust.authorities.pem, [...trust.authorities.certificates, ...rest]] : ['', []]
  // Typed as an error, it is the code of one; and none at all where the peer is trusted.
  const fault: unknown = socket.authorizationError
  return {
    chain: own === undefined ? [] : chainFrom(own, issuers),
    digest: own === undefined ? '' : digestOf(own.raw),
    authorities,
    fault: fault === undefined || fault === null ? null : String(fault),
  }
}

/** Those that are trusted come first among the issuers: what a peer adds leads to them by no longer way. */
function chainFrom(own: X509Certificate, issuers: readonly X509Certificate[]): X509Certificate[] {
  const chain = [own]
  for (let last = own; !issued(last, last) && chain.length <= VERIFY_DEPTH + 1; ) {
    const issuer = issuers.find((candidate) => issued(last, candidate))
    if (issuer === undefined) break
    chain.push(issuer)
    last = issuer
  }
  return chain
}

function issued(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)
}

/** For people: the name in a certificate. */
export function nameIn([own]: readonly X509Certificate[]): string | undefined {
  return own === undefined ? undefined : nameOf(own)
}

function nameOf({ subject, subjectAltName, serialNumber }: X509Certificate): string {
  // Node.js gives nothing for an empty subject, whatever its types say.
  const name: string | undefined = subject
  return (name ?? subjectAltName ?? `serial number ${serialNumber}`).replaceAll('\n', ', ')
}
