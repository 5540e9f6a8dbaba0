import { type Database, DatabaseUnavailable } from '@biplane/database'
import type { ServerStatistics } from '@biplane/service'
import type { FastifyInstance } from 'fastify'
import type { DatabaseState } from '../database-state.ts'
import { resource } from '../manners.ts'
import { queryOf } from '../query.ts'
import { formatMemory } from './memory.ts'

export interface StatusOptions {
  readonly db: Database
  readonly state: Pick<DatabaseState, 'unprepared' | 'isLost'>
  readonly counters: ServerCounters
}

/** What all listeners of the process have seen together. */
export interface ServerCounters {
  requests: number
  accepted: number
  closed: number
}

/** How the process fares (admin API facts, section 6). */
export function registerStatus(app: FastifyInstance, { db, state, counters }: StatusOptions): void {
  resource(app, '/status', {
    GET: async (request) => ({
      memory: memory(queryOf(request)),
      database: { reachable: await reachable(db, state) },
      server: serverStatistics(counters),
    }),
  })
  resource(app, '/status/ready', {
    async GET(_request, reply) {
      if (state.unprepared === null && (await reachable(db, state))) return { message: 'ready' }
      return reply.code(503).send({ message: 'failed to connect to database' })
    },
  })
}

/** An outage that is known is not asked about again: a probe must not wait until a frozen database has timed out. */
async function reachable(db: Database, { isLost }: Pick<DatabaseState, 'isLost'>): Promise<boolean> {
  if (isLost) return false
  try {
    await db.ping()
    return true
  } catch (error) {
    if (error instanceof DatabaseUnavailable) return false
    throw error
  }
}

/** Kong tells the memory of its Lua workers; ours is this process. */
function memory(query: URLSearchParams): Record<string, unknown> {
  const { heapUsed } = process.memoryUsage()
  return {
    workers_lua_vms: [{ pid: process.pid, http_allocated_gc: formatMemory(heapUsed, query) }],
    lua_shared_dicts: {},
  }
}

/** Kong's names. An accepted connection is closed or open; what it is doing, only nginx tells. */
export function serverStatistics({ requests, accepted, closed }: ServerCounters): ServerStatistics {
  const open = accepted - closed
  return {
    total_requests: requests,
    connections_accepted: accepted,
    connections_handled: accepted,
    connections_active: open,
    connections_reading: 0,
    connections_writing: 1,
    connections_waiting: Math.max(0, open - 1),
  }
}
