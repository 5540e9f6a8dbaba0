import { totalmem } from 'node:os'
import type { ServerStatistics } from '@biplane/service'
import type { FastifyInstance } from 'fastify'
import type { Backend } from '../backend.ts'
import { resource } from '../manners.ts'
import { readyContracts, statusContracts } from '../openapi/contracts/status.ts'
import { queryOf } from '../query.ts'
import { formatMemory } from './memory.ts'

export interface StatusOptions {
  readonly backend: Pick<Backend, 'status' | 'unready'>
  readonly counters: ServerCounters
}

/** What all listeners of the process have seen together. */
export interface ServerCounters {
  requests: number
  accepted: number
  closed: number
}

/** How the process fares (admin API facts, section 6). */
export function registerStatus(app: FastifyInstance, { backend, counters }: StatusOptions): void {
  resource(
    app,
    '/status',
    {
      describe: statusContracts,
      GET: async (request) => ({
        memory: memory(queryOf(request)),
        ...(await backend.status()),
        server: serverStatistics(counters),
      }),
    },
    PROBE,
  )
  resource(
    app,
    '/status/ready',
    {
      describe: readyContracts,
      async GET(_request, reply) {
        const reason = await backend.unready()
        return reason === null ? { message: 'ready' } : reply.code(503).send({ message: reason })
      },
    },
    PROBE,
  )
}

/** Whoever looks after processes has no token, and reads nothing of the config here. */
const PROBE = { public: true }

/** Kong tells the memory of its Lua workers, and what they share; here it is the heap, and what the process has outside of it. */
function memory(query: URLSearchParams): Record<string, unknown> {
  const { heapUsed, external } = process.memoryUsage()
  const size = (bytes: number) => formatMemory(bytes, query)
  return {
    workers_lua_vms: [{ pid: process.pid, http_allocated_gc: size(heapUsed) }],
    lua_shared_dicts: { kong: { allocated_slabs: size(external), capacity: size(memoryLimit()) } },
  }
}

/** Bytes that the process may have: where nothing limits it, Node tells none or more than there are. */
function memoryLimit(): number {
  return Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem())
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
