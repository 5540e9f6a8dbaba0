import { connect, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { Balancer } from '../balancer.ts'
import { serverNameOf } from './families.ts'
import { Frames, framed } from './frames.ts'
import { Inbox, type Line } from './line.ts'
import { type Call, type Ground, Notes, type Outcome } from './outcome.ts'
import { BYE, type Greeting } from './said.ts'
import { type Plan, talk } from './talk.ts'

/** A conversation on TCP, where the client says nothing before it was greeted. */
export async function tcpCall(call: Call, ground: Ground, plan: Plan): Promise<Outcome> {
  const balancer = ground.tcp[call.lane]
  const socket = connect({ host: '127.0.0.1', port: portOf(balancer), allowHalfOpen: true })
  // The end of one direction says it.
  return converse(socket, 'connect', balancer, call, ground, plan, () => void socket.end())
}

/** The same on TLS, that ends at the node or at the upstream, by the server name. */
export async function tlsCall(call: Call, ground: Ground, plan: Plan): Promise<Outcome> {
  const servername = serverNameOf(call.family, call.lane)
  const socket = connectTls({
    ...{ host: '127.0.0.1', port: portOf(ground.ssl), servername, rejectUnauthorized: false },
  })
  return converse(
    socket,
    'secureConnect',
    ground.ssl,
    call,
    ground,
    plan,
    () => void socket.write(framed(BYE)),
  )
}

async function converse(
  socket: Socket | TLSSocket,
  connected: string,
  balancer: Balancer,
  call: Call,
  ground: Ground,
  plan: Plan,
  finish: () => void,
): Promise<Outcome> {
  const notes = new Notes(call, ground)
  const inbox = new Inbox()
  const frames = new Frames()
  socket.setNoDelay()
  let port = 0
  socket.once('connect', () => {
    port = socket.localPort ?? 0
  })
  socket.on('data', (bytes) => {
    for (const message of frames.take(Buffer.from(bytes))) inbox.push(message)
  })
  socket.on('end', () => (frames.isWhole ? inbox.end() : inbox.fail(new Error('cut in a message'))))
  socket.on('error', (error) => inbox.fail(error))
  socket.on('close', () => inbox.fail(new Error('closed')))
  socket.once(connected, () => {
    if ('getPeerX509Certificate' in socket)
      notes.certificate = socket.getPeerX509Certificate()?.fingerprint256 ?? null
  })
  const line: Line = {
    say: (message) => new Promise((done) => socket.write(framed(message), () => done())),
    hear: () => inbox.next(),
    finish,
    drop: () => void socket.destroy(),
  }
  try {
    const first = await line.hear()
    if (first !== null) {
      const { site, path }: Greeting = JSON.parse(first.toString())
      notes.opened({ status: 200, site, path, mark: null })
      notes.flaw = await talk(line, call.id, plan, ground.stopping)
    }
  } catch (error) {
    notes.error = String(error)
  }
  notes.node = ground.nodeBehind(balancer, port)
  socket.destroy()
  return notes.outcome
}

export function portOf({ url }: Balancer): number {
  return Number(new URL(url).port)
}
