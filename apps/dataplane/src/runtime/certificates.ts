import type { CaCertificate, Certificate } from '@biplane/entities'
import { PersistentMap } from './persistent-map.ts'

/** What connections to upstreams are made with, by the ids of the entities. Immutable. */
export interface Certificates {
  readonly pairs: PersistentMap<Pair>
  /** Certificates by which those of upstreams are verified, PEM. */
  readonly authorities: PersistentMap<string>
}

/** A certificate and its key, PEM. */
export interface Pair {
  readonly cert: string
  readonly key: string
}

export const noCertificates: Certificates = {
  pairs: PersistentMap.empty(),
  authorities: PersistentMap.empty(),
}

/** What stands in a vault is not read for connections: nobody can show such a certificate. */
export function withPair(all: Certificates, { id, cert, key }: Certificate): Certificates {
  const isThere = isPem(cert) && isPem(key)
  return { ...all, pairs: isThere ? all.pairs.set(id, { cert, key }) : all.pairs.delete(id) }
}

/** What an upstream is shown that asks: what the config names for it, or, where it names nothing, that of the node. */
export function shownPair(
  { pairs }: Certificates,
  named: { readonly id: string } | null | undefined,
  ofNode: Pair | null,
): Pair | null {
  if (named === null || named === undefined) return ofNode
  return pairs.get(named.id) ?? null
}

export function withAuthority(all: Certificates, { id, cert }: CaCertificate): Certificates {
  return { ...all, authorities: all.authorities.set(id, cert) }
}

function isPem(text: string): boolean {
  return text.includes('-----BEGIN ')
}
