import type { IncomingMessage } from 'node:http'
import { WebSocket } from 'ws'
import { MARK, nameOf, serverNameOf } from './families.ts'
import { Inbox, type Line } from './line.ts'
import { type Call, type Ground, Notes, type Outcome } from './outcome.ts'
import { BYE, type Greeting } from './said.ts'
import { portOf } from './sockets.ts'
import { type Plan, talk } from './talk.ts'
import { revisionIn } from './web.ts'

/** A WebSocket, that the upstream closes with 1000 after its farewell. */
export async function webSocketCall(call: Call, ground: Ground, plan: Plan): Promise<Outcome> {
  const notes = new Notes(call, ground)
  const isTls = call.protocol === 'wss'
  const balancer = isTls ? ground.tls : ground.plain
  const path = `/${nameOf('web', call.lane)}/${call.id}`
  const socket = new WebSocket(`${isTls ? 'wss' : 'ws'}://127.0.0.1:${portOf(balancer)}${path}`, {
    ...{ rejectUnauthorized: false, servername: serverNameOf('web', call.lane) },
  })
  const inbox = new Inbox()
  const head = (response: IncomingMessage): void => {
    const { statusCode = 0, headers, socket: line } = response
    const status = statusCode === 101 ? 200 : statusCode
    notes.node = ground.nodeBehind(balancer, line.localPort ?? 0)
    notes.revision = revisionIn(headers['x-biplane-revision']?.toString() ?? null, notes)
    notes.opened({ status, site: null, path: null, mark: headers[MARK]?.toString() ?? null })
  }
  socket.on('upgrade', head)
  socket.on('unexpected-response', (request, response) => {
    head(response)
    request.destroy()
    inbox.end()
  })
  socket.on('message', (message: Buffer) => inbox.push(message))
  socket.on('error', (error) => inbox.fail(error))
  socket.on('close', (code) => (code === 1000 ? inbox.end() : inbox.fail(new Error(`closed with ${code}`))))
  const line: Line = {
    say: (message) =>
      new Promise((done, failed) => socket.send(message, (error) => (error ? failed(error) : done()))),
    hear: () => inbox.next(),
    finish: () => socket.send(BYE),
    drop: () => socket.terminate(),
  }
  try {
    const first = await line.hear()
    if (first !== null && notes.answer !== null) {
      const { site, path: seen }: Greeting = JSON.parse(first.toString())
      notes.opened({ ...notes.answer, site, path: seen })
      const flaw = await talk(line, call.id, plan, ground.stopping)
      notes.flaw ??= flaw
    }
  } catch (error) {
    notes.error = String(error)
  }
  socket.terminate()
  return notes.outcome
}
