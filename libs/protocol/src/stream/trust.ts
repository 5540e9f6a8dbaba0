import { createHash, X509Certificate } from 'node:crypto'
import type { ForwardProxy } from './forward-proxy.ts'

/** The name that both ends of a shared link expect in the other's certificate, and that the follower asks for. */
export const CLUSTER_NAME = 'kong_clustering'

/** A certificate, with those that issued it where others need them, and its private key; PEM. */
export interface Pair {
  readonly cert: string
  readonly key: string
}

/** What a server presents and whom it lets in. Both are read for each new connection, so both may change at run time. */
export interface AcceptedTls {
  credentials(): Pair
  /** Read again for every connection at each re-check: who is no longer accepted is cut off. */
  trust(): Trust
  /** How often that is, in milliseconds; that of the server's timing if left out. */
  readonly recheckMs?: number
}

/** Whom a server lets in. */
export type Trust =
  /** Whoever has one of these certificates, whatever is written in it. */
  | {
      readonly kind: 'shared'
      /** SHA-256 over the DER of each, 64 lower-case hex digits. */
      readonly digests: ReadonlySet<string>
    }
  /** Whoever has a valid certificate for clients from one of these authorities. */
  | {
      readonly kind: 'pki'
      readonly authorities: Authorities
      /** Null where nobody is asked. */
      readonly revocation: RevocationPolicy | null
    }

export interface Authorities {
  /** Roots, and intermediates where their distance from the root is to count, one after the other. */
  readonly pem: string
  readonly certificates: readonly X509Certificate[]
  readonly digests: ReadonlySet<string>
}

export interface RevocationPolicy {
  /** Whether a new connection is refused when it cannot be told whether its certificate was revoked. */
  readonly required: boolean
  /** @param chain the certificate of the peer, then its issuer and so on up to the root. Never rejects. */
  check(chain: readonly X509Certificate[]): Promise<Revocation>
}

export type Revocation =
  | { readonly kind: 'good' }
  /** It was revoked, or the answer about it is wrong. */
  | { readonly kind: 'bad'; readonly reason: string }
  /** It could not be told. */
  | { readonly kind: 'unknown'; readonly reason: string }

/** How a follower proves who it is, how it knows its source, and gets there. All are read for each new connection. */
export interface FollowerTls {
  credentials(): Pair
  /** Without it a source is known by having the very same certificate. */
  sources?(): SourceTrust
  /** The proxy on the way, which sees nothing of what is said. */
  proxy?(): ForwardProxy | null
}

export type SourceTrust =
  | {
      readonly kind: 'shared'
      /** Certificates that a source may have instead of the follower's own, PEM. */
      readonly accepted: readonly string[]
    }
  | {
      readonly kind: 'pki'
      /** Roots, PEM; null for those that this machine trusts. */
      readonly authorities: string | null
      /** The name that must be in the source's certificate; null for the host that is connected to. */
      readonly serverName: string | null
    }

export function digestOf(certificate: Uint8Array): string {
  return createHash('sha256').update(certificate).digest('hex')
}

/** @throws where it is no PEM */
export function authoritiesOf(pem: string): Authorities {
  const certificates = certificatesIn(pem)
  return { pem, certificates, digests: new Set(certificates.map(({ raw }) => digestOf(raw))) }
}

/** Every certificate of a PEM text, in its order. */
export function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN (TRUSTED )?CERTIFICATE-----[^-]+-----END (TRUSTED )?CERTIFICATE-----/g)
  return (blocks ?? [pem]).map((block) => new X509Certificate(block))
}
