import type { Socket } from 'node:net'
import { type ClientHello, readClientHello } from '../streams/client-hello.ts'

/**
 * Looks at what a client of TLS begins with, and leaves it where it was. A connection that ends before it is whole, or that
 * takes too long, is closed.
 *
 * @param headMs how long it may take
 * @param late told when it took too long
 * @param peeked told of what is there: a ClientHello, or something else
 */
export function peekHello(
  socket: Socket,
  headMs: number,
  late: () => void,
  peeked: (hello: Exclude<ClientHello, { kind: 'part' }>) => void,
): void {
  let bytes: Buffer = Buffer.alloc(0)
  const giveUp = (): void => {
    socket.destroy()
  }
  const patience = setTimeout(() => {
    late()
    giveUp()
  }, headMs)
  socket.once('close', () => clearTimeout(patience))
  const read = (): void => {
    const chunk: Buffer | null = socket.read()
    if (chunk === null) return
    bytes = Buffer.concat([bytes, chunk])
    const hello = readClientHello(bytes)
    if (hello.kind === 'part') return
    clearTimeout(patience)
    socket.off('readable', read).off('end', giveUp)
    socket.unshift(bytes)
    peeked(hello)
  }
  socket.on('readable', read).on('end', giveUp)
  // What lies there already may have been told of before.
  read()
}
