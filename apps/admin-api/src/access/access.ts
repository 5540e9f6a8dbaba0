import type { ServerOptions } from 'node:https'
import { defaultCertificate, exposuresOf, type Logger, type Reread, type Settings } from '@biplane/service'
import { type FollowedSettings, followSettings } from './follow.ts'
import { type AccessRules, Gate } from './gate.ts'
import { secureOptions } from './secure.ts'

type AccessSettings = FollowedSettings &
  Pick<Settings<'admin-api'>, 'admin_listen' | 'admin_client_verify' | 'admin_ssl_min_version' | 'prefix'>

/** Who is let in to the Admin API, and how it speaks TLS: by the settings, and by what becomes of them. */
export class Access {
  readonly gate: Gate
  readonly #log: Logger
  #settings: AccessSettings

  /** Warns of what other machines may do unasked. */
  constructor(settings: AccessSettings, log: Logger) {
    this.#settings = settings
    this.#log = log
    this.gate = new Gate(rulesOf(settings), () => performance.now())
    for (const { message, remedy } of exposuresOf(settings)) log.warn(`${message}: ${remedy}`)
  }

  /** Those that were set, as they are now. */
  get certificates(): readonly string[] {
    return this.#settings.admin_ssl_cert
  }

  secure(): Promise<ServerOptions> {
    return presented(this.#settings)
  }

  /**
   * Takes changed settings over until the signal aborts.
   *
   * @param renew gives the listeners what they speak TLS with from now on; throws where that cannot be used
   */
  async follow(
    renew: (tls: ServerOptions) => void,
    reread: Reread<'admin-api'>,
    signal: AbortSignal,
  ): Promise<void> {
    const apply = async (changed: FollowedSettings): Promise<void> => {
      const next = { ...this.#settings, ...changed }
      renew(await presented(next))
      this.gate.replace(rulesOf(next))
      this.#settings = next
    }
    await followSettings({ started: this.#settings, reread, apply, log: this.#log, signal })
  }
}

function rulesOf(settings: AccessSettings): AccessRules {
  const {
    admin_tokens: tokens,
    admin_client_roles: clientRoles,
    admin_client_verify: clientVerify,
  } = settings
  return { tokens, clientRoles, clientVerify }
}

async function presented(settings: AccessSettings): Promise<ServerOptions> {
  const { admin_ssl_cert: cert, admin_ssl_cert_key: key, prefix } = settings
  if (cert.length > 0) return secureOptions(settings, { cert, key })
  const made = await defaultCertificate(prefix, 'admin-kong-default')
  return secureOptions(settings, { cert: [made.cert], key: [made.key] })
}
