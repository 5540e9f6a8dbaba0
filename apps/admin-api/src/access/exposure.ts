import { BlockList, isIP } from 'node:net'
import { formatAddress, type Listen, type Settings } from '@biplane/service'

type ExposureSettings = Pick<
  Settings<'admin-api'>,
  'admin_listen' | 'admin_tokens' | 'admin_client_verify' | 'admin_client_roles'
>

/** What an operator should know of how the Admin API can be reached from other machines, a sentence each. */
export function exposures(settings: ExposureSettings): readonly string[] {
  const { admin_tokens, admin_client_verify, admin_client_roles } = settings
  const open = settings.admin_listen.filter(({ host }) => !isLoopback(host))
  if (open.length === 0) return []
  const isGuarded = admin_tokens.length > 0 || admin_client_verify === 'on' || admin_client_roles.length > 0
  if (!isGuarded) {
    return [
      `whoever reaches ${named(open)} may change everything: set admin_tokens or admin_client_verify=on, or let admin_listen be on 127.0.0.1`,
    ]
  }
  const plain = open.filter(({ ssl }) => !ssl)
  return admin_tokens.length === 0 || plain.length === 0
    ? []
    : [`tokens can be read on their way to ${named(plain)}: give it ssl, or let it be on 127.0.0.1`]
}

const named = (listens: readonly Listen[]): string => listens.map(formatAddress).join(' and ')

function isLoopback(host: string): boolean {
  const family = isIP(host)
  if (family === 0) return host.toLowerCase() === 'localhost'
  const loopback = new BlockList()
  loopback.addSubnet('127.0.0.0', 8, 'ipv4')
  loopback.addAddress('::1', 'ipv6')
  return loopback.check(host, family === 6 ? 'ipv6' : 'ipv4')
}
