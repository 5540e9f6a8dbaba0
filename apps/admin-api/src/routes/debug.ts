import type { LevelAnswer, LogLevelSwitch } from '@biplane/service'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Backend } from '../backend.ts'
import { readBody } from '../body.ts'
import { resource } from '../manners.ts'
import { changeLevelContracts, clusterLevelContracts, levelContracts } from '../openapi/contracts/debug.ts'
import { queryOf } from '../query.ts'
import { parameter } from './collection.ts'

/**
 * The log level of this process, read and changed for a while; or changed in every process of the control plane. What is
 * of this process needs no database: an outage is when it is wanted.
 */
export function registerDebug(
  app: FastifyInstance,
  levels: LogLevelSwitch,
  broadcast: Backend['broadcast'],
): void {
  resource(app, '/debug/node/log-level', {
    describe: levelContracts,
    GET: async (_request, reply) => send(reply, levels.describe()),
  })
  resource(app, '/debug/node/log-level/:log_level', {
    describe: changeLevelContracts,
    async PUT(request, reply) {
      return send(reply, levels.ask(parameter(request, 'log_level'), timeoutOf(request)))
    },
  })
  // Kong has the one or the other path, by its role.
  for (const whose of ['cluster', 'cluster/control-planes-nodes']) {
    resource(app, `/debug/${whose}/log-level/:log_level`, {
      describe: clusterLevelContracts,
      async PUT(request, reply) {
        if (broadcast === null) return reply.code(405).send({ message: NO_DATABASE })
        const wish = { level: parameter(request, 'log_level'), timeout: timeoutOf(request) }
        const answer = levels.ask(wish.level, wish.timeout)
        if (answer.code === 200) await broadcast(wish)
        return send(reply, answer)
      },
    })
  }
}

const NO_DATABASE = 'cannot change log level when not using a database'

/** Of the query or, as Kong's clients may send it, of the body. */
function timeoutOf(request: FastifyRequest): string | null {
  const asked = queryOf(request).get('timeout')
  if (asked !== null) return asked
  const body = readBody(request)
  if (body.kind === 'form') return new Map(body.pairs).get('timeout') ?? null
  const { timeout } = body.value
  return timeout === undefined ? null : String(timeout)
}

function send(reply: FastifyReply, { code, body }: LevelAnswer): FastifyReply {
  return reply.code(code).send(body)
}
