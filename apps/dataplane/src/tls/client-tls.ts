import { randomBytes } from 'node:crypto'
import { defaultCertificate, type Settings, StartProblem } from '@biplane/service'
import { type CipherSettings, cipherChoice } from './cipher-suites.ts'
import { ServedCertificates } from './served-certificates.ts'
import type { TlsSettings } from './tls-settings.ts'

type ClientTlsSettings = CipherSettings &
  Pick<
    Settings<'dataplane'>,
    | 'proxy_listen'
    | 'stream_listen'
    | 'prefix'
    | 'ssl_cert'
    | 'ssl_cert_key'
    | 'ssl_session_tickets'
    | 'ssl_session_timeout'
  >

/** What seals a ticket: its name, and two keys of 16 bytes each. */
const TICKET_KEY_BYTES = 48

/**
 * How the node speaks TLS with clients. Called once in its life: all workers, those that take the place of others too, seal
 * sessions alike.
 *
 * @throws StartProblem where OpenSSL does not take the certificate of the node, or the ciphers
 */
export async function clientTls(settings: ClientTlsSettings): Promise<TlsSettings> {
  const pairs = await ownPairs(settings)
  const tls = {
    ...cipherChoice(settings),
    pairs,
    sessionTimeout: Math.ceil(settings.ssl_session_timeout / 1000),
    ticketKeys: settings.ssl_session_tickets ? randomBytes(TICKET_KEY_BYTES) : null,
  }
  try {
    new ServedCertificates(tls, { error: () => undefined }).contextFor(undefined)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new StartProblem(`ssl_cert, ssl_ciphers: OpenSSL does not take them (${why})`, { cause })
  }
  return tls
}

async function ownPairs(settings: ClientTlsSettings): Promise<TlsSettings['pairs']> {
  const { proxy_listen, stream_listen, prefix, ssl_cert: certs, ssl_cert_key: keys } = settings
  if (certs.length > 0) return certs.map((cert, i) => ({ cert, key: keys[i] ?? '' }))
  const isShown = [...proxy_listen, ...stream_listen].some(({ ssl }) => ssl)
  return isShown ? [await defaultCertificate(prefix, 'kong-default')] : []
}
