import { constants, createHash } from 'node:crypto'
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls'
import type { PluginLog } from '@biplane/plugins/handlers'
import { LRUCache } from 'lru-cache'
import {
  type Certificates,
  certificateFor,
  noCertificates,
  type Pair,
  type ShownCertificate,
} from '../runtime/certificates.ts'
import type { TlsSettings } from './tls-settings.ts'

/** A context of OpenSSL takes some 30 KiB. */
const MOST_CONTEXTS = 1_000

interface Made {
  readonly of: ShownCertificate
  /** Null where OpenSSL does not take it. */
  readonly context: SecureContext | null
}

/** @param clientIp the IP address at the other end */
export type Begins = (serverName: string | undefined, clientIp: string) => Promise<void> | undefined

/**
 * The certificates that clients are shown: by their server name that of the config, as it is at the moment of the handshake,
 * else the node's own. A change of the config touches no connection. What OpenSSL makes of a certificate is kept until that
 * changes, and made when a client asks for it.
 */
export class ServedCertificates {
  readonly #settings: TlsSettings
  readonly #log: Pick<PluginLog, 'error'>
  readonly #made = new LRUCache<string, Made>({ max: MOST_CONTEXTS })
  #own: SecureContext | undefined
  /** To be asked before a handshake begins. */
  readonly begin: Begins
  #certificates: Certificates = noCertificates

  /** @param begins told of handshakes before they begin, which wait for it where it wants to be waited for */
  constructor(settings: TlsSettings, log: Pick<PluginLog, 'error'>, begins: Begins = () => undefined) {
    this.#settings = settings
    this.#log = log
    this.begin = begins
  }

  /** To be told of the certificates of each config that begins to serve. */
  follow(certificates: Certificates): void {
    const before = this.#certificates
    if (certificates === before) return
    this.#certificates = certificates
    for (const [id, error] of certificates.unresolved.entries())
      if (before.unresolved.get(id) !== error)
        this.#log.error({ certificate: id, error }, 'a certificate is left out: its vault has nothing for it')
    for (const [id, { of }] of this.#made.entries())
      if (certificates.pairs.get(id) !== of) this.#made.delete(id)
  }

  /** What a handshake with a client of this server name is made with: certificate, versions, ciphers and keys of tickets. */
  contextFor(serverName: string | undefined): SecureContext {
    const certificate = certificateFor(this.#certificates, serverName)
    const context = certificate === undefined ? null : this.#contextOf(certificate)
    if (context !== null) return context
    this.#own ??= createSecureContext(contextOptions(this.#settings.pairs, this.#settings))
    return this.#own
  }

  #contextOf(certificate: ShownCertificate): SecureContext | null {
    const known = this.#made.get(certificate.id)
    if (known?.of === certificate) return known.context
    const context = this.#make(certificate)
    this.#made.set(certificate.id, { of: certificate, context })
    return context
  }

  /** OpenSSL takes less than the Admin API: it is the judge of keys that are too short, and told of once. */
  #make({ id, cert, key, alternative }: ShownCertificate): SecureContext | null {
    const pairs = [{ cert, key }, ...(alternative === null ? [] : [alternative])]
    try {
      return createSecureContext(contextOptions(pairs, this.#settings))
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      this.#log.error(
        { certificate: id, error: why },
        'clients cannot be shown a certificate, and get that of the node',
      )
      return null
    }
  }
}

function contextOptions(pairs: readonly Pair[], settings: TlsSettings): SecureContextOptions {
  const { minVersion, maxVersion, ciphers, honorCipherOrder, dhparam, sessionTimeout, ticketKeys } = settings
  return {
    cert: pairs.map(({ cert }) => cert),
    key: pairs.map(({ key }) => key),
    minVersion,
    maxVersion,
    honorCipherOrder,
    dhparam,
    sessionTimeout,
    ...(ciphers === null ? {} : { ciphers }),
    // A session goes on only where the same certificate is shown. OpenSSL itself would take it up under any name.
    sessionIdContext: sessionContextOf(pairs),
    ...(ticketKeys === null
      ? { secureOptions: constants.SSL_OP_NO_TICKET }
      : { ticketKeys: Buffer.from(ticketKeys) }),
  }
}

/** At most 32 bytes long. */
function sessionContextOf(pairs: readonly Pair[]): string {
  const hash = createHash('sha256')
  for (const { cert } of pairs) hash.update(cert)
  return hash.digest('hex').slice(0, 32)
}
