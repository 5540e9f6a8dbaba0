import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { type WebSocket, WebSocketServer } from 'ws'
import { contentOf } from '../soak/content.ts'
import { BYE, eventOf, Farewell, type Greeting } from './said.ts'
import { type Door, HOST, type Surroundings } from './site.ts'

/** What it saw of a request. */
export interface Seen extends Greeting {
  readonly method: string
  readonly bytes: number
  readonly digest: string
}

/** HTTP/1.1 with WebSockets and server-sent events. */
export function webDoor({ site, open }: Surroundings): Door {
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    if (path === '/health') response.end()
    else if (path === '/open') response.end(open.told)
    else if (request.headers.accept === 'text/event-stream') void events(request, response)
    else answer(request, response).catch(() => response.destroy())
  })
  // Never closes an idle connection: the request that is just then sent on it would fail.
  server.keepAliveTimeout = 0
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  const upgrades = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    upgrades.handleUpgrade(request, socket, head, (line) => {
      // The library's own event was seen to miss one in ten thousand, of which no socket was left.
      socket.on('close', open.begin('on WebSocket'))
      converse(line, { site, path: request.url ?? '' })
    })
  })
  return {
    listen: (port) =>
      new Promise((done, failed) => {
        server.once('error', failed)
        server.listen(port, HOST, () => {
          server.off('error', failed)
          done()
        })
      }),
    fall() {
      server.close()
      for (const socket of sockets) socket.resetAndDestroy()
    },
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const hash = createHash('sha1')
    let bytes = 0
    for await (const chunk of request) {
      bytes += chunk.length
      hash.update(chunk)
    }
    const { method = '', url = '' } = request
    const seen: Seen = { site, path: url, method, bytes, digest: hash.digest('hex') }
    const { pathname, searchParams } = new URL(url, 'http://upstream')
    response.writeHead(200, { 'x-soak-seen': JSON.stringify(seen) })
    response.end(contentOf(pathname, Number(searchParams.get('bytes') ?? 0)))
  }

  async function events(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://upstream')
    const seen = { site, path: request.url }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-soak-seen': JSON.stringify(seen) })
    response.on('close', open.begin('of events'))
    const every = Number(searchParams.get('every'))
    for (let number = 0; number < Number(searchParams.get('events')) && !response.destroyed; number += 1) {
      response.write(`id: ${Date.now()}\ndata: ${eventOf(pathname, number)}\n\n`)
      await pause(every)
    }
    response.end()
  }
}

function converse(line: WebSocket, greeting: Greeting): void {
  const farewell = new Farewell()
  line.send(JSON.stringify(greeting))
  line.on('message', (message: Buffer, isBinary) => {
    if (message.equals(BYE)) {
      line.send(farewell.text)
      line.close(1000, 'farewell')
      return
    }
    farewell.heard(message)
    line.send(message, { binary: isBinary })
  })
  // It is over, and nobody here is told.
  line.on('error', () => line.terminate())
}
