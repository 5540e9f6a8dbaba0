import type { PluginSchema } from '@biplane/entities'
import type { LogLevelSwitch } from '@biplane/service'
import type { FastifyInstance } from 'fastify'
import type { EntityRepository } from '../backend.ts'
import { resource } from '../manners.ts'

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
}

export function registerNode(app: FastifyInstance, { identity, repository, levels }: NodeOptions): void {
  const paths = new Set<string>()
  app.addHook('onRoute', ({ url }) => void paths.add(url))
  const { plugins } = identity
  resource(app, '/', {
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
    GET: async () => ({ enabled_plugins: [...plugins.keys()].sort() }),
  })
  resource(app, '/endpoints', {
    GET: async () => ({ data: [...paths].map(toTemplate).sort(bySegments) }),
  })
  resource(app, '/timers', {
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

/** `/services/:services` as Kong tells it. */
function toTemplate(path: string): string {
  return path.replace(/:([^/]+)/g, '{$1}')
}

/** `/a/z` before `/ab`: a path stands before those of which it is a beginning, and what lies below it comes next. */
function bySegments(a: string, b: string): number {
  const [left, right] = [a.replaceAll('/', '\0'), b.replaceAll('/', '\0')]
  return left < right ? -1 : Number(left > right)
}

/** A timer that runs holds the only thread, so whoever asks sees none running; nor does anybody count those that have run. */
function pendingTimers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
}
