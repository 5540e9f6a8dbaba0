import type { ServerOptions } from 'node:https'
import type { Settings } from '@biplane/service'

type SecureSettings = Pick<
  Settings<'admin-api'>,
  'admin_ssl_min_version' | 'admin_client_verify' | 'admin_client_ca'
>

/** Certificates with their keys, in the same order: a client is given the first that it can use. */
export interface Presented {
  readonly cert: readonly string[]
  readonly key: readonly string[]
}

/** How the TLS addresses of the Admin API speak TLS. */
export function secureOptions(settings: SecureSettings, presented: Presented): ServerOptions {
  const { admin_client_verify: verify, admin_client_ca: ca } = settings
  return {
    cert: [...presented.cert],
    key: [...presented.key],
    minVersion: settings.admin_ssl_min_version,
    requestCert: verify !== 'off',
    rejectUnauthorized: verify === 'on',
    // Without any, Node would trust all authorities of the world.
    ca: ca === null ? [] : [ca],
  }
}
