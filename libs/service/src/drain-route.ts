import type { FastifyInstance } from 'fastify'
import type { Logger } from './logger.ts'
import { isLoopback } from './loopback.ts'

/**
 * `POST /status/ready` with `status=draining`, as newer Kong has it, and `status=ready` to take it back. More people may
 * read a status address than may take a node out of service.
 */
export function registerDrain(
  app: FastifyInstance,
  drain: (wanted: boolean) => boolean,
  log: Pick<Logger, 'info'>,
): void {
  app.register((scope, _options, registered) => {
    scope.addContentTypeParser(FORM, { parseAs: 'string' }, (_request, text, done) =>
      done(null, Object.fromEntries(new URLSearchParams(String(text)))),
    )
    scope.post('/status/ready', async ({ body, socket }, reply) => {
      if (!isLoopback(socket.remoteAddress)) return reply.code(403).send({ message: NOT_FROM_HERE })
      const wanted = WANTED.get(String(Object(body).status))
      if (wanted === undefined) return reply.code(400).send({ message: 'status: use draining or ready' })
      if (!drain(wanted)) return reply.code(409).send({ message: TOO_LATE })
      log.info(wanted ? DRAINING : READY)
      return reply.code(204).send()
    })
    registered()
  })
}

const FORM = 'application/x-www-form-urlencoded'

const WANTED = new Map([
  ['draining', true],
  ['ready', false],
])

const DRAINING = 'asked to drain: clients are still served, and sent elsewhere until that is taken back'
const READY = 'asked to be ready again: clients may stay'
const NOT_FROM_HERE = 'a process is drained from where it runs only: ask 127.0.0.1 there'
const TOO_LATE = 'this process is about to stop'
