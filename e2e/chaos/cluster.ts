import { freePort } from '@biplane/tools/postgres'
import { type AdminApi, type App, type Hub, type Node, type Stack, startStack } from '../stack.ts'
import { type Lines, startLines } from './lines.ts'

/** The release that one node says it is of: it is given services and plugins without what later ones brought. */
export const OLDER_MINOR = 1

/**
 * Two of everything but the database, a relay below both hubs, and a node of an older release; each connection is through a link
 * that can be broken.
 */
export interface Cluster {
  readonly stack: Stack
  readonly admins: readonly AdminApi[]
  readonly hubs: readonly Hub[]
  /** The older one is the last. */
  readonly nodes: readonly Node[]
  /** All that can be killed, by name. */
  readonly victims: ReadonlyMap<string, Victim>
  readonly apps: ReadonlyMap<string, App>
  readonly lines: Lines
  close(): Promise<void>
}

export interface Victim {
  kill(): Promise<unknown>
  start(): Promise<void>
}

/** Half of those that connect prefer the second of what they connect to. */
const CONNECTIONS = [
  ['admin-api', 'postgres'],
  ['admin-api-2', 'postgres'],
  ['sync-hub', 'admin-api'],
  ['sync-hub', 'admin-api-2'],
  ['sync-hub-2', 'admin-api-2'],
  ['sync-hub-2', 'admin-api'],
  ['relay', 'sync-hub'],
  ['relay', 'sync-hub-2'],
  ['dataplane-1', 'sync-hub'],
  ['dataplane-1', 'sync-hub-2'],
  ['dataplane-2', 'sync-hub-2'],
  ['dataplane-2', 'relay'],
  ['dataplane-old', 'relay'],
  ['dataplane-old', 'sync-hub-2'],
] as const

const NODES = ['dataplane-1', 'dataplane-2', 'dataplane-old']

export async function startCluster(): Promise<Cluster> {
  const lines = await startLines(CONNECTIONS)
  const relayPort = await freePort()
  const open: { close(): Promise<void> }[] = [lines]
  const close = async (): Promise<void> => {
    for (const each of open.toReversed()) await each.close()
  }
  try {
    const stack = await startStack({
      settings: { nginx_worker_processes: '1' },
      adminSettings: databaseOf(lines, 'admin-api'),
      hubSettings: { cluster_feed: lines.listOf('sync-hub'), relay_listen: `127.0.0.1:${relayPort}` },
      nodeSettings: (name) => ({ cluster_control_plane: lines.listOf(name) }),
      onDatabase: (address) => lines.leadTo('postgres', address),
    })
    open.push(stack)
    return { ...(await grown(stack, lines, relayPort)), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** The stack with the others beside its first ones. */
async function grown(stack: Stack, lines: Lines, relayPort: number): Promise<Omit<Cluster, 'close'>> {
  const admins = [stack.adminApi, await stack.addAdminApi('admin-api-2', databaseOf(lines, 'admin-api-2'))]
  for (const { name, feed } of admins) lines.leadTo(name, feed)
  const otherPort = await freePort()
  const second = await stack.addHub('sync-hub-2', {
    cluster_feed: lines.listOf('sync-hub-2'),
    relay_listen: `127.0.0.1:${otherPort}`,
  })
  lines.leadTo('sync-hub', `127.0.0.1:${relayPort}`, ['relay'])
  lines.leadTo('sync-hub-2', `127.0.0.1:${otherPort}`, ['relay'])
  const relay = await stack.addHub('relay', { cluster_feed: lines.listOf('relay'), relay_listen: 'off' })
  const hubs = [stack.hub, second, relay]
  for (const { name, address } of hubs) lines.leadTo(name, address, NODES)
  const older = await stack.addNode('dataplane-old', {
    reported_version: `3.${OLDER_MINOR}.1`,
    cluster_control_plane: lines.listOf('dataplane-old'),
  })
  const nodes = [...stack.nodes, older]
  const apps = new Map<string, App>([...admins, ...hubs, ...nodes].map((app) => [app.name, app]))
  const { database } = stack
  const postgres: Victim = { kill: () => database.stop('kill'), start: () => database.start() }
  return { stack, admins, hubs, nodes, apps, lines, victims: new Map([...apps, ['postgres', postgres]]) }
}

function databaseOf(lines: Lines, name: string): Record<string, string> {
  return { pg_port: String(lines.of(name)[0]?.link.port) }
}
