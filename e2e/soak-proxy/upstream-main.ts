import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '@biplane/tools/postgres'
import { contentOf } from '../soak/content.ts'
import { type Listener, obey } from '../soak/obey.ts'
import type { Mode } from '../soak/upstreams.ts'
import { REQUEST_MARK } from './expected.ts'
import type { Seen } from './seen.ts'

// The upstreams of a soak: a process with some listeners, each of which goes down and comes back when it is told to.
const HOST = '127.0.0.1'

const listeners = await Promise.all(Array.from({ length: Number(process.argv[2]) }, openListener))
obey(listeners)

async function openListener(): Promise<Listener> {
  const sockets = new Set<Socket>()
  let mode: Mode = 'well'
  let resume = Promise.withResolvers<void>()
  const server = createServer((request, response) => {
    const work = async (): Promise<void> => {
      if (mode === 'stalled') await resume.promise
      await answer(request, response, port, mode === 'ill')
    }
    work().catch(() => response.destroy())
  })
  // Never closes an idle connection: the request that is just then sent on it would fail.
  server.keepAliveTimeout = 0
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  const listen = (on: number): Promise<boolean> =>
    new Promise((done) => {
      const ended = (isListening: boolean): void => {
        server.removeAllListeners('error').removeAllListeners('listening')
        done(isListening)
      }
      server.once('error', () => ended(false)).once('listening', () => ended(true))
      server.listen(on, HOST)
    })
  // Kept for this process, also while nothing listens there.
  const port = await freePort()
  if (!(await listen(port))) throw new Error(`somebody has taken the port ${port}`)
  return {
    port,
    async turn(to: Mode): Promise<void> {
      if (mode === 'dead') while (!(await listen(port))) await pause(50)
      mode = to
      if (to === 'stalled') resume = Promise.withResolvers()
      else resume.resolve()
      if (to !== 'dead') return
      server.close()
      for (const socket of sockets) socket.resetAndDestroy()
    },
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  isIll: boolean,
): Promise<void> {
  const hash = createHash('sha1')
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    hash.update(chunk)
  }
  const { method = '', url = '', headers } = request
  const one = (name: string): string | null => headers[name]?.toString() ?? null
  const query = new URL(url, 'http://upstream').searchParams
  const delay = Number(query.get('delay') ?? 0)
  if (delay > 0) await pause(delay)
  const seen: Seen = {
    port,
    id: one('x-soak-id'),
    method,
    path: url,
    consumer: one('x-consumer-username'),
    marked: one(REQUEST_MARK),
    bytes,
    digest: hash.digest('hex'),
  }
  const wanted = Number(query.get('bytes') ?? 0)
  response.writeHead(isIll ? 500 : 200, {
    'content-type': 'application/json',
    'x-soak-seen': JSON.stringify(seen),
  })
  response.end(wanted > 0 ? contentOf(String(seen.id), wanted) : JSON.stringify(seen))
}
