import { BlockList, isIP } from 'node:net'
import { formatAddress, type Listen } from './listen.ts'
import type { Settings } from './table.ts'

export type ExposureSettings = Pick<
  Settings<'admin-api'>,
  'admin_listen' | 'admin_tokens' | 'admin_client_verify' | 'admin_client_roles'
>

export interface Exposure {
  readonly message: string
  readonly remedy: string
}

/** What other machines can do to an Admin API, or see of it, that an operator should know of. */
export function exposuresOf(settings: ExposureSettings): readonly Exposure[] {
  const { admin_tokens, admin_client_verify, admin_client_roles } = settings
  const open = settings.admin_listen.filter(({ host }) => !isLoopback(host))
  if (open.length === 0) return []
  const isGuarded = admin_tokens.length > 0 || admin_client_verify === 'on' || admin_client_roles.length > 0
  if (!isGuarded) {
    return [
      {
        message: `whoever reaches the Admin API at ${named(open)} may change everything`,
        remedy: 'set admin_tokens or admin_client_verify=on, or let admin_listen be on 127.0.0.1',
      },
    ]
  }
  const plain = open.filter(({ ssl }) => !ssl)
  if (admin_tokens.length === 0 || plain.length === 0) return []
  return [
    {
      message: `tokens can be read on their way to the Admin API at ${named(plain)}`,
      remedy: 'let admin_listen have ssl there, or be on 127.0.0.1',
    },
  ]
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
