import type { FastifyInstance } from 'fastify'
import type { LogLevelSwitch } from './log-level.ts'
import { isLoopback } from './loopback.ts'

/** Kong's paths and words on a status address, which more people may read than may change the process. */
export function registerLogLevel(app: FastifyInstance, levels: LogLevelSwitch): void {
  app.get('/debug/node/log-level', async (_request, reply) => {
    const { code, body } = levels.describe()
    return reply.code(code).send(body)
  })
  app.put<{ Params: { level: string } }>('/debug/node/log-level/:level', async (request, reply) => {
    const { params, socket, url } = request
    if (!isLoopback(socket.remoteAddress)) return reply.code(403).send({ message: NOT_FROM_HERE })
    const { searchParams } = new URL(url, 'http://status')
    const { code, body } = levels.ask(params.level, searchParams.get('timeout'))
    return reply.code(code).send(body)
  })
}

const NOT_FROM_HERE =
  'the log level is changed from where the process runs only: ask 127.0.0.1 there, or send SIGUSR2 to the process'
