import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

/** What every connection of HTTP/2 begins with (RFC 9113 section 3.4). */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/**
 * Has a server speak HTTP/2 as well, with those who choose it in their handshake, or begin with it on a plain connection.
 *
 * @param take given connections that speak it
 */
export function offerHttp2(server: Server, isTls: boolean, take: (socket: Socket) => void): void {
  const event = isTls ? 'secureConnection' : 'connection'
  const listeners = server.listeners(event)
  server.removeAllListeners(event)
  const takeHttp1 = (socket: Socket): void => {
    for (const listener of listeners) listener.call(server, socket)
  }
  server.on(event, (socket: Socket) => {
    if (!(socket instanceof TLSSocket)) readPreface(socket, take, takeHttp1)
    else if (socket.alpnProtocol === 'h2') take(socket)
    else takeHttp1(socket)
  })
}

function readPreface(socket: Socket, take: (socket: Socket) => void, other: (socket: Socket) => void): void {
  let bytes: Buffer = Buffer.alloc(0)
  const giveUp = (): void => {
    socket.destroy()
  }
  const read = (): void => {
    const chunk: Buffer | null = socket.read()
    if (chunk === null) return
    bytes = Buffer.concat([bytes, chunk])
    const length = Math.min(bytes.byteLength, PREFACE.byteLength)
    const isPreface = bytes.compare(PREFACE, 0, length, 0, length) === 0
    if (isPreface && length < PREFACE.byteLength) return
    socket.off('readable', read).off('error', giveUp).off('end', giveUp)
    socket.unshift(bytes)
    if (isPreface) take(socket)
    else other(socket)
  }
  socket.on('readable', read).on('error', giveUp).on('end', giveUp)
}
