import { createSocket } from 'node:dgram'
import { type AddressInfo, createServer } from 'node:net'

/** A server of names, by UDP and TCP, that knows one address for every name. */
export interface DnsServer {
  /** Where it is asked by which: no number need be free for both. */
  readonly ports: { readonly tcp: number; readonly udp: number }
  close(): Promise<void>
}

export async function startDnsServer(address: string): Promise<DnsServer> {
  const tcp = createServer((socket) => {
    let read = Buffer.alloc(0)
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      read = Buffer.concat([read, chunk])
      // RFC 1035, section 4.2.2: each message comes behind its length.
      while (read.length >= 2 && read.length >= 2 + read.readUInt16BE(0)) {
        const end = 2 + read.readUInt16BE(0)
        const message = answer(read.subarray(2, end), address)
        const length = Buffer.alloc(2)
        length.writeUInt16BE(message.length)
        socket.write(Buffer.concat([length, message]))
        read = read.subarray(end)
      }
    })
  })
  await new Promise<void>((done) => tcp.listen(0, '127.0.0.1', done))
  const udp = createSocket('udp4', (message, peer) =>
    udp.send(answer(message, address), peer.port, peer.address),
  )
  await new Promise<void>((done) => udp.bind(0, '127.0.0.1', done))
  const { port } = tcp.address() as AddressInfo // it listens on a port
  return {
    ports: { tcp: port, udp: udp.address().port },
    close: async () => {
      await new Promise<void>((done) => udp.close(() => done()))
      await new Promise((done) => tcp.close(done))
    },
  }
}

const HEAD = 12

/** RFC 1035, section 4.1: the head, the question as it was asked, and one address for a minute. */
function answer(query: Buffer, address: string): Buffer {
  let end = HEAD
  while (query[end] !== 0) end += 1 + (query[end] ?? 0)
  const question = query.subarray(HEAD, end + 5)
  const head = Buffer.alloc(HEAD)
  query.copy(head, 0, 0, 2)
  head.writeUInt16BE(0x8580, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(1, 6)
  // The name is that of the question, type A, class IN.
  const record = Buffer.from([0xc0, HEAD, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)])
  return Buffer.concat([head, question, record])
}
