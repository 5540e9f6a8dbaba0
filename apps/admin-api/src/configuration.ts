import { type EffectiveSettings, formatAddress, type Listen } from '@biplane/service'

/**
 * What `GET /` shows as configuration: every effective setting, and what Kong makes of some under names of its own, which
 * clients read. A control plane listens for no traffic, so those lists are empty.
 *
 * @param plugins the names of those that are loaded
 */
export function kongConfiguration(
  effective: EffectiveSettings,
  settings: { readonly admin_listen: readonly Listen[]; readonly admin_gui_url: string | null },
  plugins: Iterable<string>,
): Readonly<Record<string, unknown>> {
  return {
    ...effective,
    loaded_plugins: Object.fromEntries([...plugins].map((name) => [name, true])),
    admin_listeners: settings.admin_listen.map(toListener),
    admin_gui_origin: settings.admin_gui_url,
    admin_gui_listeners: [],
    proxy_listeners: [],
    stream_listeners: [],
    status_listeners: [],
  }
}

function toListener({ host, port, ssl, http2, reuseport, backlog }: Listen): object {
  const flags = { ssl, http2, reuseport }
  const words = Object.entries(flags).flatMap(([flag, isSet]) => (isSet ? [flag] : []))
  return {
    ip: host,
    port,
    ...flags,
    ...(backlog === null ? {} : { [`backlog=${backlog}`]: true }),
    listener: [formatAddress({ host, port }), ...words].join(' '),
  }
}
