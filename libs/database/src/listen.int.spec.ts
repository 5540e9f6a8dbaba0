import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { entityRegistry } from '@biplane/entities'
import { expect, it, onTestFinished } from 'vitest'
import { openDatabase } from './database.ts'
import { listen } from './listen.ts'

const message = (type: string, ...parts: string[]): Buffer => {
  const body = Buffer.from(parts.join(''))
  const header = Buffer.from(`${type}\0\0\0\0`)
  header.writeUInt32BE(4 + body.length, 1)
  return Buffer.concat([header, body])
}
const READY = message('Z', 'I')
const WELCOME = Buffer.concat([message('R', '\0\0\0\0'), READY])
const LISTENING = Buffer.concat([message('C', 'LISTEN\0'), READY])
const STOPPING = message('E', 'SFATAL\0', 'C57P01\0', 'Mthe server stops\0', '\0')

/** Speaks as much of PostgreSQL's protocol as one listener needs; tells its port. */
async function aServer(answer: (type: string, socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    socket.once('data', () => {
      socket.write(WELCOME)
      socket.on('data', (data) => answer(String.fromCharCode(data[0] ?? 0), socket))
    })
    socket.on('error', () => undefined)
    onTestFinished(() => void socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const onMessage = () => undefined

function databaseAt(port: number) {
  const ignore = () => undefined
  const settings = {
    host: '127.0.0.1',
    port,
    user: 'u',
    password: '',
    database: 'd',
    schema: 's',
    tls: false,
  } as const
  return openDatabase({
    settings: { ...settings, timeout: 5000, poolSize: 1 },
    registry: entityRegistry([]),
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  })
}

it('ends quietly when the server stops at the same moment', async () => {
  const stop = new AbortController()
  const port = await aServer((type, socket) => {
    if (type === 'Q') socket.write(LISTENING)
    if (type === 'X') socket.end(STOPPING) // its last words cross with the goodbye
  })
  await expect(
    listen(databaseAt(port), stop.signal, { channel: 'c', onMessage, onConnect: () => stop.abort() }),
  ).resolves.toBeUndefined()
})

it('does not wait for a server that has stopped to answer', async () => {
  const stop = new AbortController()
  const port = await aServer((type) => {
    if (type === 'Q') stop.abort()
  })
  await expect(listen(databaseAt(port), stop.signal, { channel: 'c', onMessage })).resolves.toBeUndefined()
})
