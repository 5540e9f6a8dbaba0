import { type ClientHttp2Stream, constants, type IncomingHttpHeaders } from 'node:http2'
import { setTimeout as pause } from 'node:timers/promises'
import type { Balancer } from '../balancer.ts'
import type { Random } from '../fuzz/random.ts'
import { contentOf } from '../soak/content.ts'
import { MARK } from './families.ts'
import { Frames, framed } from './frames.ts'
import { type Http2Client, isRefused } from './http2-session.ts'
import { Inbox, type Line, PATIENCE_MS } from './line.ts'
import { type Call, type Ground, Notes, type Outcome } from './outcome.ts'
import { eventOf, Farewell, type Greeting } from './said.ts'
import { SERVICES } from './site-grpc.ts'
import { planOf, talk } from './talk.ts'
import { revisionIn } from './web.ts'

export const KINDS = ['unary', 'upload', 'download', 'talk'] as const
export type Kind = (typeof KINDS)[number]

/** A call of gRPC, in HTTP/2 as it is on the wire: messages whole and in order, status 0 in the trailers. */
export async function grpcCall(
  { client, balancer }: GrpcClient,
  kind: Kind,
  call: Call,
  ground: Ground,
  chance: Random,
): Promise<Outcome> {
  const notes = new Notes(call, ground)
  let line: GrpcLine | null = null
  try {
    line = await open(client, kind, call, notes)
    notes.node = ground.nodeBehind(balancer, line.port)
    await CALLS[kind](line, call, ground, chance, notes)
  } catch (error) {
    notes.error = String(error)
    if (line?.isRefused()) return grpcCall({ client, balancer }, kind, call, ground, chance)
  }
  // The balancer may have heard of a connection later than who made it.
  if (line !== null) notes.node ??= ground.nodeBehind(balancer, line.port)
  line?.drop()
  return notes.outcome
}

export interface GrpcClient {
  readonly client: Http2Client
  readonly balancer: Balancer
}

type Conversation = (
  line: GrpcLine,
  call: Call,
  ground: Ground,
  chance: Random,
  notes: Notes,
) => Promise<void>

const CALLS: Record<Kind, Conversation> = {
  async unary(line, { id }, _ground, chance, notes) {
    const message = contentOf(id, 1 + chance.below(20_000))
    await line.say(message)
    line.finish()
    if (await line.isServed()) await ended(line, message, notes)
  },
  async upload(line, { id, isLong }, { stopping }, chance, notes) {
    if (!(await line.isServed())) return
    const farewell = new Farewell()
    const { rounds, pauseMs, bytes } = planOf(chance, isLong, 20_000)
    for (let round = 0; round < rounds && !stopping.aborted; round += 1) {
      const message = contentOf(`${id}-${round}`, bytes)
      farewell.heard(message)
      await line.say(message)
      if (pauseMs > 0) await pause(pauseMs, undefined, { signal: stopping }).catch(() => undefined)
    }
    line.finish()
    await ended(line, farewell.text, notes)
  },
  async download(line, { id, isLong }, { stopping }, chance, notes) {
    const { rounds: events, pauseMs: every } = planOf(chance, isLong, 1)
    await line.say(Buffer.from(JSON.stringify({ id, events, every })))
    line.finish()
    if (!(await line.isServed())) return
    for (let number = 0; number < events && !stopping.aborted; number += 1) {
      const heard = await line.hear()
      if (heard === null) throw new Error(`ended after ${number} of ${events} messages: ${line.told()}`)
      if (!heard.equals(eventOf(id, number))) notes.flaw = `${heard.subarray(0, 60)} for message ${number}`
    }
    if (!stopping.aborted) await ended(line, null, notes)
  },
  async talk(line, { id, isLong }, { stopping }, chance, notes) {
    if (!(await line.isServed())) return
    const plan = planOf(chance, isLong, 20_000)
    const flaw = await talk(line, id, plan, stopping)
    notes.flaw ??= flaw
    if (!plan.leaves) await ended(line, null, notes, true)
  },
}

/** The last message, if there is one more, then the end of the answer and a good status. */
async function ended(line: GrpcLine, last: Buffer | null, notes: Notes, isEnded = false): Promise<void> {
  const heard = last === null ? null : await line.hear()
  if (last !== null && heard === null) throw new Error(`no last message: ${line.told()}`)
  if (last !== null && !heard?.equals(last)) notes.flaw = `${heard?.length} bytes for the last message`
  if (!isEnded && (await line.hear()) !== null) notes.flaw = 'more after the last message'
  const status = await line.status()
  if (status !== '0') throw new Error(`grpc-status ${status}: ${line.told()}`)
}

interface GrpcLine extends Line {
  readonly port: number
  /** When the head of the answer is there: whether it is an upstream's. Rejects where none comes. */
  isServed(): Promise<boolean>
  /** When all is over: what the trailers say. */
  status(): Promise<string | null>
  /** Whether the other side says that nobody has looked at it, so that it can be sent again. */
  isRefused(): boolean
  /** What is known of how it ended. */
  told(): string
}

async function open(client: Http2Client, kind: Kind, call: Call, notes: Notes): Promise<GrpcLine> {
  const { stream, port } = await client.open(
    {
      ...{ ':method': 'POST', ':path': `/${SERVICES[call.lane]}/${kind}` },
      ...{ 'content-type': 'application/grpc', te: 'trailers' },
    },
    false,
  )
  const inbox = new Inbox()
  const frames = new Frames()
  const head = Promise.withResolvers<boolean>()
  const over = Promise.withResolvers<void>()
  const end: { status: string | null; message: string } = { status: null, message: 'no error' }
  const take = (headers: IncomingHttpHeaders): void => {
    end.status = headers['grpc-status']?.toString() ?? end.status
    end.message = headers['grpc-message']?.toString() ?? end.message
  }
  stream.on('response', (headers) => {
    const seen = headers['x-soak-seen']?.toString()
    const { site, path }: Partial<Greeting> = seen === undefined ? {} : JSON.parse(seen)
    const mark = headers[MARK]?.toString() ?? null
    notes.opened({ status: Number(headers[':status']), site: site ?? null, path: path ?? null, mark })
    notes.revision = revisionIn(headers['x-biplane-revision']?.toString() ?? null, notes)
    take(headers)
    head.resolve(site !== undefined)
  })
  stream.on('trailers', take)
  stream.on('data', (bytes: Buffer) => {
    for (const message of frames.take(bytes)) inbox.push(message)
  })
  stream.on('end', () => (frames.isWhole ? inbox.end() : inbox.fail(new Error('cut in a message'))))
  stream.on('error', ({ message }) => {
    end.message = message
  })
  stream.on('close', () => {
    const failure = new Error(`closed: ${end.message}`)
    head.reject(failure)
    inbox.fail(failure)
    over.resolve()
  })
  return {
    port,
    say: (message) => new Promise((done) => stream.write(framed(message), () => done())),
    hear: () => inbox.next(),
    finish: () => void stream.end(),
    drop: () => stream.close(constants.NGHTTP2_CANCEL),
    isServed: () => patiently(stream, head.promise),
    status: async () => {
      await patiently(stream, over.promise)
      return end.status
    },
    isRefused: () => isRefused(stream),
    told: () => `${end.message}, reset by ${stream.rstCode}`,
  }
}

/** Breaks the stream off where it takes far too long. */
async function patiently<T>(stream: ClientHttp2Stream, awaited: Promise<T>): Promise<T> {
  const late = setTimeout(() => stream.destroy(new Error(`silence for ${PATIENCE_MS} ms`)), PATIENCE_MS)
  try {
    return await awaited
  } finally {
    clearTimeout(late)
  }
}
