import { createSocket } from 'node:dgram'

/** Between those that `freePort` chooses from, which keeps the UDP ports of the same numbers, and those that systems choose. */
const PORTS = { from: 32_000, to: 32_700 }

/** A UDP port that nobody has, and that no client is given. */
export async function freeUdpPort(): Promise<number> {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from))
    const socket = createSocket('udp4')
    const isFree = await new Promise<boolean>((done) => {
      socket.once('error', () => done(false))
      socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => done(true))
    })
    await new Promise<void>((done) => socket.close(() => done()))
    if (isFree) return port
  }
}
