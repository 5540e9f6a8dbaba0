import { cipherList } from '../cipher-list.ts'
import { dhParameters } from '../dh-parameters.ts'
import { flag, oneOf, optional } from '../form.ts'
import { certificates, privateKeys } from '../pem.ts'
import { byteSize, duration } from '../quantity.ts'
import { setting } from '../setting.ts'
import { tlsVersions } from '../tls-versions.ts'

const dataplane = ['dataplane'] as const

/** How clients are spoken to over TLS, at the addresses with ssl. */
export const clientTlsSettings = {
  ssl_cert: setting({
    apps: dataplane,
    form: certificates,
    default: '',
    description:
      'The certificate of the TLS addresses for names that the config has none for, or several of different sorts of keys. Without it, one is made and kept under the prefix.',
  }),
  ssl_cert_key: setting({
    apps: dataplane,
    form: privateKeys,
    default: '',
    secret: true,
    description: 'The private key of ssl_cert, or as many in the same order.',
  }),
  ssl_cipher_suite: setting({
    apps: dataplane,
    form: oneOf('modern', 'intermediate', 'old', 'custom'),
    default: 'intermediate',
    description:
      "Which clients TLS is for, as Mozilla's server-side recommendations name them: modern is TLS 1.3, intermediate 1.2 too, old whatever there is. With custom, ssl_ciphers, ssl_protocols, ssl_prefer_server_ciphers and ssl_dhparam say it.",
  }),
  ssl_ciphers: setting({
    apps: dataplane,
    form: optional(cipherList),
    default: '',
    description:
      'The ciphers of ssl_cipher_suite=custom, as OpenSSL lists them, separated by colons. Those of TLS 1.3 that are not named are all taken. Versions before 1.2 need @SECLEVEL=0 at the end.',
  }),
  ssl_protocols: setting({
    apps: dataplane,
    form: tlsVersions,
    default: 'TLSv1.1 TLSv1.2 TLSv1.3',
    description: 'The versions of TLS of ssl_cipher_suite=custom.',
  }),
  ssl_prefer_server_ciphers: setting({
    apps: dataplane,
    form: flag,
    default: 'on',
    description:
      'Whether, with ssl_cipher_suite=custom, the node chooses among the ciphers that both sides know, instead of the client.',
  }),
  ssl_dhparam: setting({
    apps: dataplane,
    form: optional(dhParameters),
    default: '',
    description:
      'The Diffie-Hellman parameters of ssl_cipher_suite=custom and old. By a name, or without it, OpenSSL takes some that suit the key of the certificate.',
  }),
  ssl_session_tickets: setting({
    apps: dataplane,
    form: flag,
    default: 'on',
    description:
      'Whether clients get tickets by which they may take their session up again, at any worker of this node, until it restarts. Without, every connection begins with a whole handshake.',
  }),
  ssl_session_timeout: setting({
    apps: dataplane,
    form: duration,
    default: '1d',
    description: 'For how long a session may be taken up again.',
  }),
  ssl_session_cache_size: setting({
    apps: dataplane,
    form: byteSize,
    default: '10m',
    description: 'Accepted and without effect: sessions are kept by clients, in tickets, and nowhere else.',
  }),
}
