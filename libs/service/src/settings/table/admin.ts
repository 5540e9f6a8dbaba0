import { adminTokens, clientRoles } from '../admin-access.ts'
import { oneOf, optional } from '../form.ts'
import { listens } from '../listen.ts'
import { webOrigin } from '../network.ts'
import { certificate, certificates, privateKeys } from '../pem.ts'
import { setting } from '../setting.ts'

const adminApi = ['admin-api'] as const

const ADMIN_LISTEN = '127.0.0.1:8001, 127.0.0.1:8444 ssl'

/** Where the Admin API is reached, and by whom. */
export const adminSettings = {
  admin_listen: setting({
    apps: ['admin-api', 'dataplane'],
    form: listens,
    default: { kong: ADMIN_LISTEN, 'admin-api': ADMIN_LISTEN, dataplane: 'off' },
    description:
      'Where the Admin API listens. Whoever reaches it may change everything, unless admin_tokens or admin_client_verify is set. A data plane has no Admin API: there it opens nothing, which is logged.',
  }),
  admin_ssl_cert: setting({
    apps: adminApi,
    form: certificates,
    default: '',
    description:
      'The certificate of the TLS addresses of admin_listen, or several of different sorts of keys. Without it, one is made and kept under the prefix. Read again when it changes.',
  }),
  admin_ssl_cert_key: setting({
    apps: adminApi,
    form: privateKeys,
    default: '',
    secret: true,
    description: 'The private key of admin_ssl_cert, or as many in the same order.',
  }),
  admin_ssl_min_version: setting({
    apps: adminApi,
    form: oneOf('TLSv1.2', 'TLSv1.3'),
    default: 'TLSv1.2',
    description: 'The oldest version of TLS that those addresses speak.',
  }),
  admin_client_verify: setting({
    apps: adminApi,
    form: oneOf('off', 'optional', 'on'),
    default: 'off',
    description:
      'Whether clients of those addresses are asked for a certificate: with optional they may show one, with on they must, and nobody comes in without TLS but by a token.',
  }),
  admin_client_ca: setting({
    apps: adminApi,
    form: optional(certificate),
    default: '',
    description:
      'The authority, or several in one file, whose certificates are believed when admin_client_verify is optional or on. Read again when it changes.',
  }),
  admin_client_roles: setting({
    apps: adminApi,
    form: clientRoles,
    default: '',
    description:
      'What clients with such a certificate may do, by the common name of its subject. Without it, all of them may write; with it, nobody whom it does not name. Read again when it changes.',
  }),
  admin_tokens: setting({
    apps: adminApi,
    form: adminTokens,
    default: '',
    secret: true,
    description:
      'The tokens of which one has to come with each request, as their hashes; biplane token makes one. Without any, none is asked for. Read again when it changes.',
  }),
  admin_gui_url: setting({
    apps: adminApi,
    form: optional(webOrigin),
    default: '',
    description:
      'Where Kong Manager, or another web page that uses the Admin API, is found: browsers let its scripts read answers. Without it, those of any page.',
  }),
}
