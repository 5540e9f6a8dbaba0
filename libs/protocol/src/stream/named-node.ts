import type { PeerCertificate } from 'node:tls'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/**
 * The node that a certificate was issued to: its common name, where that is a UUID. Null for any other certificate, which
 * any node may show.
 */
export function namedNode(subject: PeerCertificate['subject'] | undefined): string | null {
  const names = [subject?.CN ?? []].flat()
  return names.find((name) => UUID.test(name))?.toLowerCase() ?? null
}
