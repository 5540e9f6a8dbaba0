import { createHash } from 'node:crypto'
import http, { type IncomingMessage } from 'node:http'
import type { ClientHttp2Stream } from 'node:http2'
import https from 'node:https'
import type { TLSSocket } from 'node:tls'
import type { Random } from '../fuzz/random.ts'
import { contentOf } from '../soak/content.ts'
import { MARK, nameOf, serverNameOf } from './families.ts'
import { Http2Client, isRefused } from './http2-session.ts'
import { type Call, type Ground, Notes, type Outcome } from './outcome.ts'
import { eventOf } from './said.ts'
import type { Seen } from './site-web.ts'
import { portOf } from './sockets.ts'

export interface WebRequest {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: Buffer
}

/** The beginning of an answer. */
export interface WebAnswer {
  readonly status: number
  header(name: string): string | null
  readonly body: AsyncIterable<Buffer>
}

/** One client, on one connection at a time. */
export interface WebClient {
  /** Rejects where no answer begins. What it learns of its connection it notes. */
  ask(request: WebRequest, notes: Notes): Promise<WebAnswer>
  /** Has its next request on another connection. */
  renew(): void
}

export function http1Client(ground: Ground, serverName: string | null): WebClient {
  const balancer = serverName === null ? ground.plain : ground.tls
  const options = { keepAlive: true, maxSockets: 1 }
  const agentOf = () => (serverName === null ? new http.Agent(options) : new https.Agent(options))
  let agent = agentOf()
  return {
    ask({ method, path, headers, body }, notes) {
      return new Promise((done, failed) => {
        const seek = (port = 0): void => {
          notes.node = ground.nodeBehind(balancer, port)
        }
        const request = (serverName === null ? http : https).request(
          {
            ...{ host: '127.0.0.1', port: portOf(balancer), agent, method, path },
            headers: body.length === 0 ? headers : { ...headers, 'content-length': body.length },
            ...(serverName !== null && { servername: serverName, rejectUnauthorized: false }),
          },
          (response: IncomingMessage) => {
            const header = (name: string) => response.headers[name]?.toString() ?? null
            // The balancer may have heard of a connection later than who made it.
            seek(response.socket.localPort)
            done({ status: response.statusCode ?? 0, header, body: response })
          },
        )
        request.once('error', failed)
        request.once('socket', (socket) => {
          const ready = (): void => seek(socket.localPort)
          if (socket.connecting) {
            socket.once('connect', () => setImmediate(ready))
            // The agent of https makes sockets of TLS.
            socket.once('secureConnect', () => {
              notes.certificate = (socket as TLSSocket).getPeerX509Certificate()?.fingerprint256 ?? null
            })
          } else ready()
        })
        request.end(body)
      })
    },
    renew() {
      agent.destroy()
      agent = agentOf()
    },
  }
}

export function http2Client(ground: Ground, serverName: string | null): WebClient {
  const balancer = serverName === null ? ground.plain : ground.tls
  const client = new Http2Client(balancer, serverName)
  const ask: WebClient['ask'] = async (request, notes) => {
    const { method, path, headers, body } = request
    const all = { ':method': method, ':path': path, ...headers }
    const { stream, port, certificate } = await client.open(all, body.length === 0)
    // The balancer may hear of a connection later than who made it.
    const seek = (): void => {
      notes.node = ground.nodeBehind(balancer, port)
    }
    notes.certificate ??= certificate
    if (body.length > 0) stream.end(body)
    const head = await headOf(stream).finally(seek)
    if (head !== null) return { ...head, body: stream }
    client.renew()
    return ask(request, notes)
  }
  return { ask, renew: () => client.renew() }
}

/** @returns null where it was not looked at, and can be sent again */
async function headOf(stream: ClientHttp2Stream): Promise<Omit<WebAnswer, 'body'> | null> {
  return new Promise((done, failed) => {
    stream.once('response', (headers) => {
      const header = (name: string) => headers[name]?.toString() ?? null
      done({ status: Number(headers[':status']), header })
    })
    let error = new Error('no answer')
    stream.on('error', (told) => {
      error = told
    })
    stream.once('close', () => (isRefused(stream) ? done(null) : failed(error)))
  })
}

/** A request whose body an upstream digests, and that it answers with as many bytes as it is asked for. */
export async function webCall(
  client: WebClient,
  call: Call,
  ground: Ground,
  chance: Random,
): Promise<Outcome> {
  const notes = new Notes(call, ground)
  const isGet = call.protocol.endsWith('GET')
  const size = () => (chance.chance(0.1) ? chance.below(300_000) : chance.below(3_000))
  const [sent, wanted] = [contentOf(`${call.id}-body`, isGet ? 0 : 1 + size()), size()]
  const request: WebRequest = {
    method: isGet ? 'GET' : 'POST',
    path: `/${nameOf('web', call.lane)}/${call.id}?bytes=${wanted}`,
    ...{ headers: {}, body: sent },
  }
  try {
    const answer = await client.ask(request, notes)
    const seen = noted(answer, notes)
    const body = await read(answer.body)
    if (seen === null) return notes.outcome
    if (seen.method !== request.method || seen.bytes !== sent.length || seen.digest !== digestOf(sent))
      notes.flaw = `the upstream saw ${JSON.stringify(seen)} of ${sent.length} bytes`
    else if (!body.equals(contentOf(new URL(seen.path, 'http://upstream').pathname, wanted)))
      notes.flaw = `${body.length} bytes of ${wanted}`
  } catch (error) {
    notes.error = String(error)
  }
  return notes.outcome
}

/** Longer than this an event is not on its way, unless somebody keeps it. */
const PROMPT_MS = 10_000

/** Server-sent events: each comes when it is sent, whole and in order. */
export async function eventsCall(
  client: WebClient,
  call: Call,
  ground: Ground,
  chance: Random,
): Promise<Outcome> {
  const notes = new Notes(call, ground)
  const every = 50 + chance.below(200)
  const events = call.isLong ? Math.floor((4_000 + chance.below(30_000)) / every) : 1 + chance.below(5)
  const path = `/${nameOf('web', call.lane)}/${call.id}?events=${events}&every=${every}`
  const leaves = chance.chance(0.2)
  try {
    const headers = { accept: 'text/event-stream' }
    const answer = await client.ask({ method: 'GET', path, headers, body: Buffer.alloc(0) }, notes)
    const seen = noted(answer, notes)
    const name = new URL(seen?.path ?? '', 'http://upstream').pathname
    let [text, number] = ['', 0]
    for await (const chunk of answer.body) {
      if (seen === null) continue
      const parts = `${text}${chunk}`.split('\n\n')
      text = parts.pop() ?? ''
      for (const part of parts) {
        const [, sentAt, data] = /^id: (\d+)\ndata: (.*)$/.exec(part) ?? []
        const late = Date.now() - Number(sentAt)
        if (data !== eventOf(name, number).toString()) notes.flaw = `event ${part} for ${number}`
        if (late > PROMPT_MS) notes.flaw = `event ${number} came after ${late} ms`
        number += 1
      }
      if (leaves || ground.stopping.aborted) {
        client.renew()
        break
      }
    }
    const isCut = seen !== null && number < events && !leaves && !ground.stopping.aborted
    if (isCut) notes.error = `ended after ${number} of ${events} events`
  } catch (error) {
    if (!ground.stopping.aborted) notes.error = String(error)
  }
  return notes.outcome
}

export function serverName(lane: Call['lane']): string {
  return serverNameOf('web', lane)
}

function noted(answer: WebAnswer, notes: Notes): Seen | null {
  const seen = answer.header('x-soak-seen')
  const { site, path }: Partial<Seen> = seen === null ? {} : JSON.parse(seen)
  notes.opened({ status: answer.status, site: site ?? null, path: path ?? null, mark: answer.header(MARK) })
  notes.revision = revisionIn(answer.header('x-biplane-revision'), notes)
  return seen === null ? null : JSON.parse(seen)
}

/** @returns null where it is not one, which is noted */
export function revisionIn(header: string | null, notes: Notes): number | null {
  if (header !== null && /^\d+$/.test(header)) return Number(header)
  notes.flaw = `X-Biplane-Revision: ${header}`
  return null
}

async function read(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function digestOf(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('hex')
}
