import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateClusterPair } from '@biplane/service'
import type { AppPlan } from './app-process.ts'
import type { PostgresAddress } from './postgres.ts'

/** Where everything of a local cluster listens, all on this machine. */
export interface ClusterPorts extends AdminPorts, HubPorts {
  readonly postgres: number
  readonly echo: number
  readonly nodes: readonly NodePorts[]
}

export interface AdminPorts {
  readonly admin: number
  readonly adminTls: number
  readonly feed: number
}

export interface HubPorts {
  readonly hub: number
  readonly hubStatus: number
}

export interface NodePorts {
  readonly proxy: number
  readonly proxyTls: number
  readonly status: number
}

/** DESIGN: the first data plane on the default ports, the second beside it. */
export const DEFAULT_PORTS: ClusterPorts = {
  admin: 8001,
  adminTls: 8444,
  feed: 8006,
  hub: 8005,
  hubStatus: 8101,
  postgres: 15432,
  echo: 8090,
  nodes: [
    { proxy: 8000, proxyTls: 8443, status: 8100 },
    { proxy: 8010, proxyTls: 8453, status: 8110 },
  ],
}

/** The same ports, each larger by `offset`: a second cluster beside the first. */
export function shifted(ports: ClusterPorts, offset: number): ClusterPorts {
  const nodes = ports.nodes.map(({ proxy, proxyTls, status }) => ({
    proxy: proxy + offset,
    proxyTls: proxyTls + offset,
    status: status + offset,
  }))
  return {
    admin: ports.admin + offset,
    adminTls: ports.adminTls + offset,
    feed: ports.feed + offset,
    hub: ports.hub + offset,
    hubStatus: ports.hubStatus + offset,
    postgres: ports.postgres + offset,
    echo: ports.echo + offset,
    nodes,
  }
}

/** The ports where the user's own `…_listen` settings put them. */
export function chosen(ports: ClusterPorts, settings: Readonly<Record<string, string>>): ClusterPorts {
  const port = (name: string, tls: boolean, otherwise: number): number => {
    const addresses = (settings[name] ?? '').split(',').filter((one) => /\sssl\b/.test(one) === tls)
    return Number(/:(\d+)/.exec(addresses[0] ?? '')?.[1] ?? otherwise)
  }
  return {
    ...ports,
    admin: port('admin_listen', false, ports.admin),
    adminTls: port('admin_listen', true, ports.adminTls),
    feed: port('feed_listen', false, ports.feed),
    hub: port('cluster_listen', false, ports.hub),
  }
}

export interface ClusterOptions {
  /** The folder that holds everything the cluster writes. */
  readonly home: string
  readonly ports: ClusterPorts
  readonly postgres: PostgresAddress
  /** Settings for every app, such as those a user gave as `KONG_…`. They win over the launcher's own, where apps may agree. */
  readonly settings?: Readonly<Record<string, string>>
}

/** The apps of a local cluster in the order in which they are started; certificates are made where there are none. */
export async function clusterPlan({
  home,
  ports,
  postgres,
  settings = {},
}: ClusterOptions): Promise<AppPlan[]> {
  const node = await ensurePair(home, 'cluster')
  const feed = await ensurePair(home, 'feed')
  const nodeLink = { cluster_cert: node.cert, cluster_cert_key: node.key }
  const feedLink = { feed_cert: feed.cert, feed_cert_key: feed.key }
  const adminApi: AppPlan = {
    name: 'admin-api',
    entry: 'apps/admin-api/src/main.ts',
    settings: {
      role: 'control_plane',
      ...adminListens(ports),
      ...nodeLink,
      ...feedLink,
      pg_host: postgres.host,
      pg_port: postgres.port,
      pg_user: postgres.user,
      pg_password: postgres.password,
      pg_database: postgres.database,
      ...settings,
      prefix: join(home, 'admin-api'),
    },
  }
  const hub: AppPlan = {
    name: 'sync-hub',
    entry: 'apps/sync-hub/src/main.ts',
    settings: {
      role: 'control_plane',
      cluster_listen: `127.0.0.1:${ports.hub}`,
      cluster_feed: `127.0.0.1:${ports.feed}`,
      ...nodeLink,
      ...feedLink,
      ...settings,
      status_listen: `127.0.0.1:${ports.hubStatus}`,
      prefix: join(home, 'sync-hub'),
    },
  }
  const nodes = ports.nodes.map((listen, index) =>
    dataPlanePlan(`dataplane-${index + 1}`, home, listen, {
      cluster_control_plane: `127.0.0.1:${ports.hub}`,
      ...nodeLink,
      ...settings,
      // Two nodes cannot share an address, and of those of streams no other one is known.
      ...(index > 0 && settings.stream_listen !== undefined ? { stream_listen: 'off' } : {}),
    }),
  )
  return [adminApi, hub, ...nodes]
}

/** A data plane with a folder of its own; what must differ between nodes is not open to `settings`. */
export function dataPlanePlan(
  name: string,
  home: string,
  ports: NodePorts,
  settings: AppPlan['settings'],
): AppPlan {
  return {
    name,
    entry: 'apps/dataplane/src/main.ts',
    settings: {
      role: 'data_plane',
      database: 'off',
      ...settings,
      proxy_listen: `0.0.0.0:${ports.proxy} reuseport backlog=16384, 0.0.0.0:${ports.proxyTls} http2 ssl reuseport backlog=16384`,
      status_listen: `127.0.0.1:${ports.status}`,
      prefix: join(home, name),
    },
  }
}

/** A second hub beside the one of a plan. */
export function anotherHub(
  { entry, settings }: AppPlan,
  name: string,
  home: string,
  ports: HubPorts,
  own: Readonly<Record<string, string>>,
): AppPlan {
  const listens = {
    cluster_listen: `127.0.0.1:${ports.hub}`,
    status_listen: `127.0.0.1:${ports.hubStatus}`,
  }
  return { name, entry, settings: { ...settings, ...listens, prefix: join(home, name), ...own } }
}

/** A second admin-api beside the one of a plan, on the same database. */
export function anotherAdminApi(
  { entry, settings }: AppPlan,
  name: string,
  home: string,
  ports: AdminPorts,
  own: Readonly<Record<string, string>>,
): AppPlan {
  return {
    name,
    entry,
    settings: { ...settings, ...adminListens(ports), prefix: join(home, name), ...own },
  }
}

/** The plan with other settings; they win. */
export function withSettings(plan: AppPlan, settings: Readonly<Record<string, string>>): AppPlan {
  return { ...plan, settings: { ...plan.settings, ...settings } }
}

function adminListens(ports: AdminPorts): Record<string, string> {
  return {
    admin_listen: `127.0.0.1:${ports.admin}, 127.0.0.1:${ports.adminTls} ssl`,
    feed_listen: `127.0.0.1:${ports.feed}`,
  }
}

async function ensurePair(home: string, name: string): Promise<{ cert: string; key: string }> {
  const directory = join(home, 'certs')
  const [cert, key] = [join(directory, `${name}.crt`), join(directory, `${name}.key`)]
  if (!existsSync(cert) || !existsSync(key)) {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const pair = await generateClusterPair()
    writeFileSync(key, pair.key, { mode: 0o600 })
    writeFileSync(cert, pair.cert, { mode: 0o644 })
  }
  return { cert, key }
}
