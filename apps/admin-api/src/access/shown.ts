import { TLSSocket } from 'node:tls'
import type { FastifyRequest } from 'fastify'
import { plainAddress } from './caller.ts'
import type { Shown } from './gate.ts'

/** What tools of Kong send: `decK --headers kong-admin-token:…`. */
export const TOKEN_HEADER = 'kong-admin-token'

/** What a request shows of who makes it. Kong's header wins: the other one may be meant for a proxy on the way. */
export function shownBy({ headers, ip, raw }: FastifyRequest): Shown {
  const kong = headers[TOKEN_HEADER]
  const [, bearer] = /^bearer +(\S+) *$/i.exec(headers.authorization ?? '') ?? []
  return {
    address: plainAddress(ip),
    token: typeof kong === 'string' ? kong.trim() : (bearer ?? null),
    certificate: raw.socket instanceof TLSSocket ? nameOf(raw.socket) : null,
  }
}

/** The common name of a certificate that the handshake found trusted, or its digest where it has no such name, or several. */
function nameOf(socket: TLSSocket): string | null {
  const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined
  if (certificate === undefined) return null
  const name: unknown = certificate.toLegacyObject().subject?.CN // several names come as a list
  return typeof name === 'string' ? name : certificate.fingerprint256
}
