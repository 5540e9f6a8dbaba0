import { createSocket, type Socket } from 'node:dgram'
import { setTimeout as pause } from 'node:timers/promises'
import { contentOf } from '../soak/content.ts'
import { type Call, type Ground, Notes, type Outcome } from './outcome.ts'
import type { Plan } from './talk.ts'

/** Datagrams may be lost: each is sent some times. */
const TRIES = 4
const PATIENCE_MS = 1_000

/** A session on UDP: datagrams from one port, each of which comes back, all by one site. */
export async function udpCall(call: Call, ground: Ground, plan: Plan): Promise<Outcome> {
  const notes = new Notes(call, ground)
  const { node, port } = ground.udp(call.lane)
  notes.node = node
  const socket = await ground.udpSocket(port)
  const sites = new Set<number>()
  const heard = new Map<string, () => void>()
  socket.on('error', (error) => {
    notes.error = String(error)
  })
  socket.on('message', (message) => {
    const site = message.readUInt16BE(0)
    if (sites.size === 0) notes.opened({ status: 200, site, path: '', mark: null })
    sites.add(site)
    const text = message.subarray(2).toString()
    if (!text.startsWith(`${call.id}-`)) notes.flaw = `a datagram of somebody else: ${text.slice(0, 60)}`
    heard.get(text)?.()
  })
  for (let round = 0; round < plan.rounds && !ground.stopping.aborted; round += 1) {
    const message = contentOf(`${call.id}-${round}`, plan.bytes + call.id.length + 8)
    const answer = new Promise<true>((done) => heard.set(message.toString(), () => done(true)))
    if (!(await sent(message, answer))) {
      notes.error ??= `no answer in round ${round}`
      break
    }
    heard.delete(message.toString())
    if (plan.pauseMs > 0)
      await pause(plan.pauseMs, undefined, { signal: ground.stopping }).catch(() => undefined)
  }
  // As it may where the first of them has died.
  if (sites.size > 1) notes.error ??= `one session came to ${[...sites].join(' and ')}`
  socket.close()
  return notes.outcome

  async function sent(message: Buffer, answer: Promise<true>): Promise<boolean> {
    for (let count = 0; count < TRIES; count += 1) {
      socket.send(message)
      const waiting = new AbortController()
      const late = pause(PATIENCE_MS, false, { signal: waiting.signal }).catch(() => false)
      const came = await Promise.race([answer, late])
      waiting.abort()
      if (came) return true
    }
    return false
  }
}

/** Gives sockets from ports that none of them had a while ago: from the same port, a node takes it for the same session. */
export class FreshPorts {
  readonly #restMs: number
  /** By port, when it was given; milliseconds of a clock that nobody sets. */
  readonly #given = new Map<number, number>()

  /** @param restMs for which nobody else gets a port; a session may go on for a while after its client has left */
  constructor(restMs: number) {
    this.#restMs = restMs
  }

  /** @returns a socket that is connected to the port of this host */
  async connect(port: number): Promise<Socket> {
    const socket = createSocket('udp4')
    socket.connect(port, '127.0.0.1')
    await new Promise<void>((connected) => socket.once('connect', connected))
    const from = socket.address().port
    const now = performance.now()
    const last = this.#given.get(from)
    this.#given.set(from, now)
    if (last === undefined || now - last > this.#restMs) return socket
    socket.close()
    return this.connect(port)
  }
}
