import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

/** Between those that `freePort` chooses from, which keeps the UDP ports of the same numbers, and those that systems choose. */
const PORTS = { from: 32_000, to: 32_700 }
const HOST = '127.0.0.1'

/** A UDP port that nobody has, and that no client is given. None is given twice, by no process that runs now. */
export async function freeUdpPort(): Promise<number> {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from))
    if ((await reserve(port)) && (await isFree(port))) return port
  }
}

/** Takes the TCP port of the same number, for as long as this process lives: nodes of two tests could share the other one. */
function reserve(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer()
    server.once('error', () => done(false))
    server.listen({ port, host: HOST, exclusive: true }, () => {
      server.unref()
      done(true)
    })
  })
}

async function isFree(port: number): Promise<boolean> {
  const socket = createSocket('udp4')
  const isFree = await new Promise<boolean>((done) => {
    socket.once('error', () => done(false))
    socket.bind({ port, address: HOST, exclusive: true }, () => done(true))
  })
  await new Promise<void>((done) => socket.close(() => done()))
  return isFree
}
