import { createSecureContext } from 'node:tls'
import type { CaCertificate, Certificate, Sni } from '@biplane/entities'
import type { PluginLog } from '@biplane/plugins/handlers'
import { PersistentMap } from './persistent-map.ts'

/** What connections are made with, to upstreams and by clients, by the ids of the entities. Immutable. */
export interface Certificates {
  readonly pairs: PersistentMap<ShownCertificate>
  /** Those that hold references to vaults, which change when a vault does. */
  readonly referring: PersistentMap<Certificate>
  /** Why there is none of those that are not in `pairs`. */
  readonly unresolved: PersistentMap<string>
  /** Certificates by which those of upstreams are verified, PEM. */
  readonly authorities: PersistentMap<string>
  /** The names for which clients are shown certificates. */
  readonly names: PersistentMap<Sni>
  /** The ids of those names by what clients ask for: more than one only while one takes the place of another. In order. */
  readonly byName: PersistentMap<readonly string[]>
}

/** A certificate and its key, PEM. */
export interface Pair {
  readonly cert: string
  readonly key: string
}

/** That of an entity. A changed entity has another one. */
export class ShownCertificate implements Pair {
  readonly id: string
  readonly cert: string
  readonly key: string
  /** One with a key of another type, for clients that do not take the first. */
  readonly alternative: Pair | null
  #refusal: string | null | undefined

  constructor({ id, cert, key, cert_alt, key_alt }: Certificate) {
    this.id = id
    this.cert = cert
    this.key = key
    this.alternative = cert_alt === null || key_alt === null ? null : { cert: cert_alt, key: key_alt }
  }

  /** Why OpenSSL does not take the first pair, such as for a key that is too short; null where it does. Asked late: it takes a while. */
  get refusal(): string | null {
    if (this.#refusal === undefined) this.#refusal = refusalOf(this)
    return this.#refusal
  }
}

function refusalOf({ cert, key }: Pair): string | null {
  try {
    createSecureContext({ cert, key })
    return null
  } catch (error) {
    // The boundary to OpenSSL, which takes less than the Admin API.
    return error instanceof Error ? error.message : String(error)
  }
}

export const noCertificates: Certificates = {
  pairs: PersistentMap.empty(),
  referring: PersistentMap.empty(),
  unresolved: PersistentMap.empty(),
  authorities: PersistentMap.empty(),
  names: PersistentMap.empty(),
  byName: PersistentMap.empty(),
}

/**
 * @param certificate with what vaults hold in the place of references
 * @param row the same with its references; null where it has none
 */
export function withPair(all: Certificates, certificate: Certificate, row: Certificate | null): Certificates {
  const { id } = certificate
  const { pairs, referring, unresolved } = withoutPair(all, id)
  return {
    ...all,
    pairs: pairs.set(id, new ShownCertificate(certificate)),
    referring: row === null ? referring : referring.set(id, row),
    unresolved,
  }
}

/** Nobody can be shown it until its vault changes. */
export function withUnresolved(all: Certificates, row: Certificate, why: string): Certificates {
  const { pairs, referring, unresolved } = withoutPair(all, row.id)
  return {
    ...all,
    pairs,
    referring: referring.set(row.id, row),
    unresolved: unresolved.set(row.id, why),
  }
}

export function withoutPair(all: Certificates, id: string): Certificates {
  const { pairs, referring, unresolved } = all
  return {
    ...all,
    pairs: pairs.delete(id),
    referring: referring.delete(id),
    unresolved: unresolved.delete(id),
  }
}

/**
 * What an upstream is shown that asks: what the config names for it, or, where it names nothing, that of the node. Nothing, as
 * in Kong, where OpenSSL does not take it.
 */
export function shownPair(
  { pairs }: Certificates,
  named: { readonly id: string } | null | undefined,
  ofNode: Pair | null,
  log: Pick<PluginLog, 'warn'>,
): Pair | null {
  if (named === null || named === undefined) return ofNode
  const pair = pairs.get(named.id)
  if (pair === undefined) return null
  if (pair.refusal === null) return pair
  log.warn({ certificate: named.id, error: pair.refusal }, 'upstreams cannot be shown a certificate')
  return null
}

export function withAuthority(all: Certificates, { id, cert }: CaCertificate): Certificates {
  return { ...all, authorities: all.authorities.set(id, cert) }
}

export function withoutAuthority(all: Certificates, id: string): Certificates {
  return { ...all, authorities: all.authorities.delete(id) }
}

export function withName(all: Certificates, sni: Sni): Certificates {
  const others = withoutName(all, sni.id)
  const name = comparable(sni.name)
  const ids = [...(others.byName.get(name) ?? []), sni.id].sort()
  return { ...others, names: others.names.set(sni.id, sni), byName: others.byName.set(name, ids) }
}

export function withoutName(all: Certificates, id: string): Certificates {
  const sni = all.names.get(id)
  if (sni === undefined) return all
  const name = comparable(sni.name)
  const ids = (all.byName.get(name) ?? []).filter((one) => one !== id)
  const byName = ids.length === 0 ? all.byName.delete(name) : all.byName.set(name, ids)
  return { ...all, names: all.names.delete(id), byName }
}

/** The certificate that a client is to be shown, by the server name that it asks for; undefined where the config has none for it. */
export function certificateFor(
  { names, byName, pairs }: Certificates,
  serverName: string | undefined,
): ShownCertificate | undefined {
  for (const name of namesThatServe(serverName)) {
    const [id = ''] = byName.get(name) ?? []
    const sni = names.get(id)
    if (sni !== undefined) return pairs.get(sni.certificate.id)
  }
  return undefined
}

/**
 * From the most specific on. As in Kong a wildcard stands for one label: the first one of at least three, or the last one of
 * at least two.
 */
function namesThatServe(serverName: string | undefined): readonly string[] {
  if (serverName === undefined) return [ANY]
  const name = comparable(serverName)
  const first = name.indexOf('.')
  const last = name.lastIndexOf('.')
  return [
    name,
    ...(first < last ? [`*${name.slice(first)}`] : []),
    ...(last === -1 ? [] : [`${name.slice(0, last)}.*`]),
    ANY,
  ]
}

/** The name that stands for all that have no certificate of their own, and for clients that name none. */
const ANY = '*'

/** RFC 6066, section 3: case does not matter, and the dot of a full name is not sent. */
function comparable(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}
