import type { SecureVersion } from 'node:tls'
import type { Pair } from '../runtime/certificates.ts'

/** How the node speaks TLS with clients, at all addresses alike. It crosses thread boundaries, so it is plain. */
export interface TlsSettings {
  /** The node's own certificates, of which no two have keys of one type: for names that the config has none for. */
  readonly pairs: readonly Pair[]
  readonly minVersion: SecureVersion
  readonly maxVersion: SecureVersion
  /** As OpenSSL writes them; null for its usual ones. */
  readonly ciphers: string | null
  /** Whether the node chooses among the ciphers that both sides know, instead of the client. */
  readonly honorCipherOrder: boolean
  /** Parameters of Diffie-Hellman, PEM; `auto` has OpenSSL choose them. */
  readonly dhparam: string
  /** For how many seconds a session may be taken up again. */
  readonly sessionTimeout: number
  /** What seals sessions that clients keep, 48 bytes: the same for all workers. Null where none are given. */
  readonly ticketKeys: Uint8Array | null
}
