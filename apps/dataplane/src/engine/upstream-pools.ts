import http from 'node:http'
import https from 'node:https'
import { PendingConnects } from '../overload/pending-connects.ts'
import { UpstreamSessions } from './upstream-sessions.ts'

export interface PoolSettings {
  /** Idle connections kept per upstream address; 0 keeps none. */
  readonly upstream_keepalive_pool_size: number
  /** How many requests a connection carries; 0 sets no bound. */
  readonly upstream_keepalive_max_requests: number
  /** Seconds an idle connection is kept; 0 is for ever. */
  readonly upstream_keepalive_idle_timeout: number
}

/** What connections to upstreams are counted by. */
export interface UpstreamRoom {
  opened(): void
  closed(): void
  /** Whether one that nobody uses may stay open. */
  mayKeep(): boolean
}

/** What connections are told apart by, beside what node:https knows of. */
export interface PoolKey {
  /** Absent where nothing is verified. */
  readonly verifyDepth?: number
}

/** Connections to upstreams. They belong to the engine, not to a config: an apply closes none of them. */
export interface UpstreamPools {
  readonly http: http.Agent
  readonly https: https.Agent
  /** Those of HTTP/2. */
  readonly sessions: UpstreamSessions
  /** Whether too many connections to this address wait to be opened: another one would wait with them. */
  isCrowded(host: string, port: number): boolean
  close(): void
}

/** @param pending how many connections to one address may wait to be opened when it does not answer */
export function openUpstreamPools(
  settings: PoolSettings,
  room: UpstreamRoom,
  pending: number,
): UpstreamPools {
  const { upstream_keepalive_pool_size: size, upstream_keepalive_idle_timeout: idle } = settings
  const { upstream_keepalive_max_requests: most } = settings
  const options = {
    keepAlive: size > 0,
    ...(size > 0 ? { maxFreeSockets: size } : {}),
    ...(idle > 0 ? { timeout: idle * 1000 } : {}),
    // The most recently used first, so that connections beyond the need grow idle and go away.
    scheduling: 'lifo' as const,
  }
  const connects = new PendingConnects(pending, () => performance.now())
  const pools = {
    http: counted(bounded(new http.Agent(options), most), 'connect', room, connects),
    https: counted(bounded(apart(new https.Agent(options)), most), 'secureConnect', room, connects),
    sessions: new UpstreamSessions(settings, room, connects),
  }
  return {
    ...pools,
    isCrowded: (host, port) => connects.areAny && connects.isCrowded(addressOf(host, port)),
    close() {
      pools.http.destroy()
      pools.https.destroy()
      pools.sessions.close()
    },
  }
}

/** Neither connections nor sessions serve for those that verify to another depth. */
function apart(agent: https.Agent): https.Agent {
  const nameOf = agent.getName.bind(agent)
  agent.getName = (options: https.RequestOptions & PoolKey = {}) => {
    const { verifyDepth } = options
    return verifyDepth === undefined ? nameOf(options) : `${nameOf(options)}:${verifyDepth}`
  }
  return agent
}

/** Lets a connection go after so many requests. */
function bounded<T extends http.Agent>(agent: T, most: number): T {
  if (most === 0) return agent
  const counts = new WeakMap<object, number>()
  const keep = agent.keepSocketAlive.bind(agent)
  agent.keepSocketAlive = (socket) => {
    const count = (counts.get(socket) ?? 0) + 1
    counts.set(socket, count)
    return count < most && keep(socket)
  }
  return agent
}

function addressOf(host: string, port: number): string {
  return `${host} ${port}`
}

/** Counts the connections that it opens, and keeps none beyond the room that there is. */
function counted<T extends http.Agent>(
  agent: T,
  opened: 'connect' | 'secureConnect',
  room: UpstreamRoom,
  connects: PendingConnects,
): T {
  const create = agent.createConnection.bind(agent)
  agent.createConnection = (options, callback) => {
    const socket = create(options, callback)
    if (socket === null || socket === undefined) return socket
    room.opened()
    const settled = connects.begin(addressOf(String(options.host), Number(options.port)))
    socket.once(opened, settled)
    socket.once('close', () => {
      settled()
      room.closed()
    })
    return socket
  }
  const keep = agent.keepSocketAlive.bind(agent)
  agent.keepSocketAlive = (socket) => room.mayKeep() && keep(socket)
  return agent
}
