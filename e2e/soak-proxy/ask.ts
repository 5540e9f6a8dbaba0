import { createHash } from 'node:crypto'
import http, { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { contentOf } from '../soak/content.ts'
import type { Asked } from './expected.ts'

export interface Question extends Asked {
  /** Of this request alone. */
  readonly id: string
  /** How long its body is; 0 for none. */
  readonly bytes: number
  /** How long the answer is to be; 0 for a short one. */
  readonly answerBytes: number
  /** Whether the client sends or reads in small pieces, with pauses. */
  readonly slow: boolean
  /** How long the body comes after the head, milliseconds: the node waits for it in the midst of its work. */
  readonly bodyAfterMs: number
}

/** What became of a request. Times are milliseconds since the epoch. */
export interface Outcome {
  readonly question: Question
  /** When the connection stood. */
  readonly sentAt: number
  readonly endedAt: number
  readonly answer: Answer | null
  /** Why there is no whole answer; null where there is one. */
  readonly error: string | null
  /** Which node it went to, as far as that is known. */
  readonly node: string | null
  /** The revision of the answer before on this connection; 0 where it is the first. */
  readonly before: number
  /** The least revision that its node may have had when it was sent. */
  readonly floor: number
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Nothing where it is what `contentOf` makes of the question. */
  readonly text: string
}

/** The way of one client to the nodes. */
export interface Door {
  readonly url: URL
  readonly agent: http.Agent
  /** The node behind a connection, by the port that it comes from. */
  nodeBehind(port: number): string | null
  /** By node, the revision that everybody has been promised. */
  floors(): ReadonlyMap<string, number>
}

/** Far more than anything takes, a slow client included. */
const PATIENCE_MS = 60_000

export async function ask(question: Question, door: Door): Promise<Outcome> {
  const { url, agent } = door
  const { method, segment, rest, key, id, bytes } = question
  const call = url.protocol === 'https:' ? https.request : http.request
  const sent = call(`${url.origin}/${segment}${rest}`, {
    method,
    agent,
    headers: {
      'x-soak-id': id,
      ...(key !== null && { apikey: key }),
      ...(bytes > 0 && { 'content-type': 'application/octet-stream', 'content-length': bytes }),
    },
    ...(url.protocol === 'https:' && { rejectUnauthorized: false, servername: 'soak.test' }),
  })
  const late = setTimeout(() => sent.destroy(new Error(`nothing for ${PATIENCE_MS} ms`)), PATIENCE_MS)
  const line = lineOf(sent, door)
  const { answer, error } = await exchange(sent, question)
  clearTimeout(late)
  const { port, sentAt, floors, before } = line()
  const node = door.nodeBehind(port)
  const floor = floors.get(node ?? '') ?? 0
  return { question, sentAt, endedAt: Date.now(), answer, error, node, before: before(answer), floor }
}

/** The body of a question, and what the upstream makes of it. */
export function bodyOf({ id, bytes }: Question): Buffer {
  return contentOf(`${id}-body`, bytes)
}

export function digestOf(question: Question): string {
  return createHash('sha1').update(bodyOf(question)).digest('hex')
}

/** The revision of the last answer on each connection. */
const revisions = new WeakMap<Socket, number>()

/** What is known of the connection, and of the moment when it could be used. */
function lineOf(sent: ClientRequest, { floors }: Door) {
  const line = { port: 0, sentAt: Date.now(), floors: floors(), before: (_: Answer | null) => 0 }
  sent.once('socket', (socket) => {
    const ready = (): void => {
      line.port = socket.localPort ?? 0
      line.sentAt = Date.now()
      line.floors = floors()
      line.before = (answer) => {
        const last = revisions.get(socket) ?? 0
        if (answer !== null) revisions.set(socket, Number(answer.headers['x-biplane-revision'] ?? last))
        return last
      }
    }
    if (!socket.connecting) ready()
    else socket.once('connect', ready)
  })
  return () => line
}

function exchange(
  sent: ClientRequest,
  question: Question,
): Promise<{ readonly answer: Answer | null; readonly error: string | null }> {
  return new Promise((done) => {
    let answer: Answer | null = null
    const failed = (error: Error): void => done({ answer, error: error.message })
    sent.once('error', failed)
    sent.once('response', (response) => {
      const { statusCode: status = 0, headers } = response
      answer = { status, headers, text: '' }
      read(response, question).then(
        (text) => done({ answer: { status, headers, text }, error: null }),
        failed,
      )
    })
    write(sent, question).catch(failed)
  })
}

const PIECE = 16 * 1024
const PAUSE_MS = 20

async function write(sent: ClientRequest, question: Question): Promise<void> {
  const body = bodyOf(question)
  if (question.bodyAfterMs > 0) {
    sent.flushHeaders()
    await pause(question.bodyAfterMs)
  }
  if (question.slow) {
    for (let at = 0; at + PIECE < body.length && !sent.destroyed; at += PIECE) {
      sent.write(body.subarray(at, at + PIECE))
      await pause(PAUSE_MS)
    }
    const left = body.length % PIECE || Math.min(PIECE, body.length)
    if (!sent.destroyed) sent.end(body.subarray(body.length - left))
  } else if (!sent.destroyed) sent.end(body)
}

async function read(response: IncomingMessage, { id, answerBytes, slow }: Question): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response) {
    chunks.push(chunk)
    if (slow && answerBytes > 0) await pause(PAUSE_MS)
  }
  const body = Buffer.concat(chunks)
  return answerBytes > 0 && body.equals(contentOf(id, answerBytes)) ? '' : body.toString()
}
