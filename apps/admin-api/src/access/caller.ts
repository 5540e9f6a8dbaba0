import type { AccessRole } from '@biplane/service'
import type { FastifyRequest } from 'fastify'

/** Who makes a request, as far as it is known. */
export interface Caller {
  /** The name of the token or of the client certificate; null for who had to show neither. */
  readonly name: string | null
  /** How the name was proved. */
  readonly proof: 'none' | 'token' | 'certificate'
  /** The IP address that the connection comes from: of a proxy, where one stands in between. */
  readonly address: string
  readonly role: AccessRole
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set once the caller is known; `callerOf` reads it. */
    caller: Caller | null
  }
}

/** Who makes this request. Where nothing has to be shown, anybody may write. */
export function callerOf(request: FastifyRequest): Caller {
  return request.caller ?? anonymous(plainAddress(request.ip))
}

export function anonymous(address: string): Caller {
  return { name: null, proof: 'none', address, role: 'write' }
}

/** Without the prefix that an IPv4 address has on a socket that takes both families. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '')
}
