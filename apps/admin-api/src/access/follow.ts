import { type Following as Follows, followSettings as follow, type Settings } from '@biplane/service'

/** What is taken over without a restart when the files that hold it change. */
const FOLLOWED = [
  'admin_tokens',
  'admin_client_roles',
  'admin_client_ca',
  'admin_ssl_cert',
  'admin_ssl_cert_key',
] as const

type Followed = (typeof FOLLOWED)[number]

export type FollowedSettings = Pick<Settings<'admin-api'>, Followed>

export type Following = Omit<Follows<'admin-api', Followed>, 'names' | 'what' | 'judge'>

/** Reads them again every few seconds. What would open what was closed is told once and not taken over. */
export function followSettings(options: Following): Promise<void> {
  return follow({ ...options, names: FOLLOWED, what: 'settings of the Admin API', judge: openings })
}

/** A file that was emptied by mistake must not let everybody in; whoever wants that starts anew. */
function openings(next: FollowedSettings, current: FollowedSettings): string[] {
  const lost = (['admin_tokens', 'admin_client_roles', 'admin_client_ca'] as const).filter((name) => {
    const [before, after] = [current[name], next[name]]
    return (before?.length ?? 0) > 0 && (after?.length ?? 0) === 0
  })
  return lost.map((name) => `${name}: there is none any more, which takes a restart`)
}
