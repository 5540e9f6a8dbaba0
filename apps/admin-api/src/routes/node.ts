import type { PluginSchema } from '@biplane/entities'
import type { LogLevelSwitch } from '@biplane/service'
import type { FastifyInstance } from 'fastify'
import type { EntityRepository } from '../backend.ts'
import { resource } from '../manners.ts'
import {
  enabledPluginsContracts,
  endpointsContracts,
  rootContracts,
  timersContracts,
} from '../openapi/contracts/node.ts'
import type { Offered } from '../openapi/endpoints.ts'
import { bySegments } from '../path-template.ts'

/** What this process is, as `GET /` tells it (admin API facts, section 6). */
export interface NodeIdentity {
  readonly nodeId: string
  readonly hostname: string
  readonly version: string
  /** Every effective setting, secrets masked. */
  readonly configuration: Readonly<Record<string, unknown>>
  readonly plugins: ReadonlyMap<string, PluginSchema>
}

export interface NodeOptions {
  readonly identity: NodeIdentity
  readonly repository: EntityRepository
  readonly levels: LogLevelSwitch
  /** All endpoints of the app, once they are there. */
  readonly offered: readonly Offered[]
}

export function registerNode(
  app: FastifyInstance,
  { identity, repository, levels, offered }: NodeOptions,
): void {
  const { plugins } = identity
  resource(app, '/', {
    describe: rootContracts,
    GET: async () => ({
      tagline: 'Welcome to kong',
      version: identity.version,
      edition: 'community',
      hostname: identity.hostname,
      node_id: identity.nodeId,
      // Clients read it as text only; there is no Lua here.
      lua_version: `none (Node.js ${process.versions.node})`,
      pids: { master: process.pid, workers: [process.pid] },
      timers: { running: 0, pending: pendingTimers() },
      plugins: {
        available_on_server: Object.fromEntries(
          [...plugins].map(([name, { version, priority }]) => [name, { version, priority }]),
        ),
        enabled_in_cluster: await repository.distinct('plugins', 'name'),
      },
      configuration: { ...identity.configuration, log_level: levels.log_level },
    }),
  })
  resource(app, '/plugins/enabled', {
    describe: enabledPluginsContracts,
    GET: async () => ({ enabled_plugins: [...plugins.keys()].sort() }),
  })
  resource(app, '/endpoints', {
    describe: endpointsContracts,
    GET: async () => ({ data: [...new Set(offered.map(({ template }) => template))].sort(bySegments) }),
  })
  resource(app, '/timers', {
    describe: timersContracts,
    async GET() {
      const pending = pendingTimers()
      return {
        worker: { id: 0, count: 1 },
        stats: {
          sys: { total: pending, running: 0, pending, waiting: 0 },
          timers: {},
          flamegraph: { running: '', pending: '', elapsed_time: '' },
        },
      }
    },
  })
}

/** A timer that runs holds the only thread, so whoever asks sees none running; nor does anybody count those that have run. */
function pendingTimers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
}
