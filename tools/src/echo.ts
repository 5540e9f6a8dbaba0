import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { WebSocketServer } from 'ws'

/**
 * An upstream that answers with what it received, as JSON, and echoes WebSocket messages. `?status=` sets the answer's
 * status, `?delay=` holds it back by milliseconds, `?bytes=` answers with that many bytes instead.
 */
export async function startEcho(
  port: number,
  host = '127.0.0.1',
): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.destroy(error))
  })
  server.keepAliveTimeout = 60_000
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) =>
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
  )
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(port, host, done)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((done) => {
        for (const socket of sockets.clients) socket.terminate()
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  const query = new URL(request.url ?? '/', 'http://echo').searchParams
  const delay = Number(query.get('delay') ?? 0)
  if (delay > 0) await new Promise((done) => setTimeout(done, delay))
  response.statusCode = Number(query.get('status') ?? 200)
  const bytes = query.get('bytes')
  if (bytes !== null) {
    response.setHeader('content-type', 'application/octet-stream')
    response.end(Buffer.alloc(Number(bytes), 'x'))
    return
  }
  const seen = {
    method: request.method,
    path: request.url,
    headers: request.headers,
    body: body.toString('utf8'),
    bytes: body.length,
  }
  response.setHeader('content-type', 'application/json')
  response.end(`${JSON.stringify(seen, null, 2)}\n`)
}
