import { createSocket } from 'node:dgram'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { pairs } from '../fuzz/pem.ts'
import { Frames, framed } from './frames.ts'
import { BYE, Farewell } from './said.ts'
import { type Door, HOST, type Surroundings } from './site.ts'

/** Speaks first, as mail and databases do; ends when the client says that it has nothing more to say. */
export function tcpDoor(around: Surroundings): Door {
  return doorOf(createServer({ allowHalfOpen: true }), 'connection', around)
}

/** The same on TLS, with a certificate that a gateway that passes it on cannot have. */
export function tlsDoor(around: Surroundings): Door {
  return doorOf(createTlsServer(pairs[0]), 'secureConnection', around)
}

/** Sends every datagram back, with the number of the site before it. */
export function datagramDoor({ site }: Surroundings): Door {
  let socket = createSocket('udp4')
  const name = Buffer.alloc(2)
  name.writeUInt16BE(site)
  return {
    async listen(port) {
      socket = createSocket('udp4')
      socket.on('message', (message, from) =>
        socket.send(Buffer.concat([name, message]), from.port, from.address),
      )
      await new Promise<void>((done, failed) => {
        socket.once('error', failed)
        socket.bind(port, HOST, () => {
          // What cannot be sent is lost, as datagrams are.
          socket.off('error', failed).on('error', () => undefined)
          done()
        })
      })
    },
    fall: () => void socket.close(),
  }
}

function doorOf(server: Server, connection: string, around: Surroundings): Door {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on(connection, (socket: Socket) => converse(socket, around))
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
}

function converse(socket: Socket, { site, open }: Surroundings): void {
  const frames = new Frames()
  const farewell = new Farewell()
  socket.on('close', open.begin('encrypted' in socket ? 'on TLS' : 'on TCP'))
  socket.on('error', () => socket.destroy())
  const say = (message: Buffer): void => {
    if (!socket.write(framed(message))) socket.pause()
  }
  const end = (): void => {
    if (socket.writableEnded) return
    say(farewell.text)
    socket.end()
  }
  socket.on('drain', () => socket.resume())
  socket.on('data', (bytes) => {
    for (const message of frames.take(Buffer.from(bytes))) {
      if (message.equals(BYE)) end()
      else {
        farewell.heard(message)
        say(message)
      }
    }
  })
  socket.on('end', end)
  say(Buffer.from(JSON.stringify({ site, path: '' })))
}
